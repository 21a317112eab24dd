#include "owners_worker.h"

#include <fcntl.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#ifdef SOCKWATCH_BPF
#include "columns_to_js.h"
#include "owner_iterator.h"
#endif
#include "file_descriptor.h"
#include "proc_owners.h"
#include "promise_worker.h"

namespace sockwatch {
namespace {

Napi::Value bytes_or_null(Napi::Env env, const std::optional<std::vector<uint8_t>>& bytes) {
  return bytes ? to_typed_array(env, *bytes) : env.Null();
}

Napi::Object facts_to_js(Napi::Env env, const ProcessFacts& facts) {
  auto object = Napi::Object::New(env);
  object.Set("pid", Napi::Number::New(env, facts.pid));
  object.Set("comm", bytes_or_null(env, facts.comm));
  object.Set("exe", bytes_or_null(env, facts.exe));
  object.Set("exeDenied", Napi::Boolean::New(env, facts.exeDenied));
  object.Set("argv0", bytes_or_null(env, facts.argv0));
  object.Set("cgroup", bytes_or_null(env, facts.cgroup));
  object.Set("startMs",
             facts.startMs ? Napi::Number::New(env, static_cast<double>(*facts.startMs)) : env.Null());
  return object;
}

Napi::Value facts_list_to_js(Napi::Env env, std::vector<ProcessFacts>& list) {
  auto array = Napi::Array::New(env, list.size());
  for (size_t at = 0; at < list.size(); at++)
    array.Set(static_cast<uint32_t>(at), facts_to_js(env, list[at]));
  return array;
}

template <typename Element>
Napi::Value column(Napi::Env env, const std::vector<Element>& list, uint32_t Element::*member) {
  std::vector<uint32_t> values;
  values.reserve(list.size());
  for (const Element& element : list) values.push_back(element.*member);
  return to_typed_array(env, values);
}

Napi::Value walk_to_js(Napi::Env env, OwnerWalk& walk) {
  auto object = Napi::Object::New(env);
  object.Set("inode", column(env, walk.owners, &Owner::inode));
  object.Set("pid", column(env, walk.owners, &Owner::pid));
  object.Set("fd", column(env, walk.owners, &Owner::fd));
  object.Set("facts", facts_list_to_js(env, walk.facts));
  object.Set("processes", Napi::Number::New(env, walk.processes));
  object.Set("unreadable", Napi::Number::New(env, walk.unreadable));
  return object;
}

std::vector<uint32_t> numbers(const Napi::Value& argument) {
  const auto array = argument.As<Napi::Uint32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

}  // namespace

Napi::Value find_owners(const Napi::CallbackInfo& info) {
  return PromiseWorker<OwnerWalk>::start(
      info.Env(),
      [root = info[0].As<Napi::String>().Utf8Value(), inodes = numbers(info[1])](OwnerWalk& walk) {
        return walk_owners(root, inodes, walk);
      },
      walk_to_js);
}

Napi::Value process_facts(const Napi::CallbackInfo& info) {
  return PromiseWorker<std::vector<ProcessFacts>>::start(
      info.Env(),
      [root = info[0].As<Napi::String>().Utf8Value(), pids = numbers(info[1]),
       tasks = numbers(info[2])](auto& list) -> Failure {
        const FileDescriptor proc(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!proc) return SysError{"open", errno, root};
        for (size_t at = 0; at < pids.size() && at < tasks.size(); at++)
          list.push_back(read_process_facts(open_process(proc.get(), pids[at]).get(), pids[at], tasks[at]));
        return std::nullopt;
      },
      facts_list_to_js);
}

#ifdef SOCKWATCH_BPF
Napi::Value iterate_owners(const Napi::CallbackInfo& info) {
  const uint32_t netns = info[0].IsNumber() ? info[0].As<Napi::Number>().Uint32Value() : 0;
  return PromiseWorker<OwnerPass>::start(
      info.Env(), [netns](OwnerPass& pass) { return iterate_owners(netns, pass); },
      [](Napi::Env env, OwnerPass& pass) -> Napi::Value {
        const auto& records = pass.records;
        auto object = Napi::Object::New(env);
        object.Set("inode", column(env, records, &OwnerRecord::inode));
        object.Set("pid", column(env, records, &OwnerRecord::pid));
        object.Set("task", column(env, records, &OwnerRecord::task));
        object.Set("fd", column(env, records, &OwnerRecord::fd));
        object.Set("endedMs", Napi::Number::New(env, static_cast<double>(pass.endedMs)));
        object.Set("tcp", columns_to_js(env, pass.tcp));
        object.Set("udp", columns_to_js(env, pass.udp));
        return object;
      });
}
#endif

}  // namespace sockwatch
