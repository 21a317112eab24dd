#include "owners_worker.h"

#include <fcntl.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#ifdef SOCKWATCH_BPF
#include "holder_iterator.h"
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
  object.Set("argv0", bytes_or_null(env, facts.argv0));
  object.Set("cgroup", bytes_or_null(env, facts.cgroup));
  object.Set("startMs",
             facts.startMs ? Napi::Number::New(env, static_cast<double>(*facts.startMs)) : env.Null());
  return object;
}

// Facts about processes by number, in the order asked for.
Napi::Value facts_list_to_js(Napi::Env env, std::vector<ProcessFacts>& list) {
  auto array = Napi::Array::New(env, list.size());
  for (size_t at = 0; at < list.size(); at++)
    array.Set(static_cast<uint32_t>(at), facts_to_js(env, list[at]));
  return array;
}

Napi::Value walk_to_js(Napi::Env env, OwnerWalk& walk) {
  std::vector<uint32_t> inode;
  std::vector<uint32_t> pid;
  std::vector<uint32_t> fd;
  for (const Holder& holder : walk.holders) {
    inode.push_back(holder.inode);
    pid.push_back(holder.pid);
    fd.push_back(holder.fd);
  }
  auto object = Napi::Object::New(env);
  object.Set("inode", to_typed_array(env, inode));
  object.Set("pid", to_typed_array(env, pid));
  object.Set("fd", to_typed_array(env, fd));
  object.Set("facts", facts_list_to_js(env, walk.facts));
  object.Set("processes", Napi::Number::New(env, walk.processes));
  object.Set("unreadable", Napi::Number::New(env, walk.unreadable));
  return object;
}

using FindOwners = Failure (*)(const std::string& procRoot, std::vector<uint32_t> inodes, OwnerWalk& result);

Napi::Value start(const Napi::CallbackInfo& info, FindOwners find) {
  const auto inodes = info[1].As<Napi::Uint32Array>();
  return PromiseWorker<OwnerWalk>::start(
      info.Env(),
      [find, root = info[0].As<Napi::String>().Utf8Value(),
       wanted = std::vector<uint32_t>(inodes.Data(), inodes.Data() + inodes.ElementLength())](
          OwnerWalk& walk) { return find(root, wanted, walk); },
      walk_to_js);
}

}  // namespace

Napi::Value find_holders(const Napi::CallbackInfo& info) { return start(info, walk_owners); }

Napi::Value process_facts(const Napi::CallbackInfo& info) {
  const auto pids = info[1].As<Napi::Uint32Array>();
  return PromiseWorker<std::vector<ProcessFacts>>::start(
      info.Env(),
      [root = info[0].As<Napi::String>().Utf8Value(),
       wanted =
           std::vector<uint32_t>(pids.Data(), pids.Data() + pids.ElementLength())](auto& list) -> Failure {
        const FileDescriptor proc(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!proc) return SysError{"open", errno, root};
        for (const uint32_t pid : wanted)
          list.push_back(read_process_facts(open_process(proc.get(), pid).get(), pid, pid));
        return std::nullopt;
      },
      facts_list_to_js);
}

#ifdef SOCKWATCH_BPF
Napi::Value iterate_holders(const Napi::CallbackInfo& info) { return start(info, iterate_owners); }
#endif

}  // namespace sockwatch
