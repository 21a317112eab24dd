// What JavaScript can call, and nothing else. Arguments are checked in src/kernel/addon.ts, the only caller.

#include <fcntl.h>
#include <napi.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "capture_worker.h"
#include "errors.h"
#ifdef SOCKWATCH_BPF
#include "events_worker.h"
#endif
#include "netns.h"
#include "owners_worker.h"

namespace sockwatch {
namespace {

// netnsInode(path) -> bigint: the identity of a network namespace; throws where the path is none.
Napi::Value netns_inode(const Napi::CallbackInfo& info) {
  FileDescriptor fd;
  uint64_t inode = 0;
  if (auto failure = open_netns(info[0].As<Napi::String>().Utf8Value(), fd, inode)) {
    to_js_error(info.Env(), *failure).ThrowAsJavaScriptException();
    return info.Env().Undefined();
  }
  return Napi::BigInt::New(info.Env(), inode);
}

// inNetns(path, callback): calls back on this thread, moved into the namespace, and moves home again whatever
// happens. What the callback returns or throws is returned or thrown. It must not wait for anything.
Napi::Value in_netns(const Napi::CallbackInfo& info) {
  NetnsScope scope;
  if (auto failure = scope.enter(info[0].As<Napi::String>().Utf8Value())) {
    to_js_error(info.Env(), *failure).ThrowAsJavaScriptException();
    return info.Env().Undefined();
  }
  return info[1].As<Napi::Function>().Call({});
}

// linkOpenFile(fd, path): names a file that was opened with O_TMPFILE, in the way open(2) describes.
void link_open_file(const Napi::CallbackInfo& info) {
  const std::string path = info[1].As<Napi::String>().Utf8Value();
  const std::string own = "/proc/self/fd/" + std::to_string(info[0].As<Napi::Number>().Int32Value());
  if (::linkat(AT_FDCWD, own.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0)
    to_js_error(info.Env(), SysError{"linkat", errno, path}).ThrowAsJavaScriptException();
}

// exitNow(code): _exit(2). The C library's exit() has libuv wait for the threads of its pool, of which one
// may hang in the kernel for good.
void exit_now(const Napi::CallbackInfo& info) { ::_exit(info[0].As<Napi::Number>().Int32Value()); }

// libuv starts the threads of its pool when they are first needed, in the namespace of whoever needs them.
// Were that inside in_netns(), they would stay there for good; so they are started when the addon is loaded.
class PoolStarter : public Napi::AsyncWorker {
 public:
  explicit PoolStarter(Napi::Env env) : Napi::AsyncWorker(env, "k8s-sockwatch") {}

 protected:
  void Execute() override {}
};

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto starter = std::make_unique<PoolStarter>(env);
  starter->Queue();
  // Napi::AsyncWorker deletes itself once it is done.
  static_cast<void>(starter.release());
  exports.Set("dumpInet", Napi::Function::New(env, dump_inet, "dumpInet"));
  exports.Set("dumpUnix", Napi::Function::New(env, dump_unix, "dumpUnix"));
  exports.Set("decodeInet", Napi::Function::New(env, decode_inet, "decodeInet"));
  exports.Set("decodeUnix", Napi::Function::New(env, decode_unix, "decodeUnix"));
  exports.Set("readInNetns", Napi::Function::New(env, read_in_netns, "readInNetns"));
  exports.Set("findOwners", Napi::Function::New(env, find_owners, "findOwners"));
  exports.Set("processFacts", Napi::Function::New(env, process_facts, "processFacts"));
#ifdef SOCKWATCH_BPF
  exports.Set("openEvents", Napi::Function::New(env, open_events, "openEvents"));
  exports.Set("iterateOwners", Napi::Function::New(env, iterate_owners, "iterateOwners"));
#endif
  exports.Set("linkOpenFile", Napi::Function::New(env, link_open_file, "linkOpenFile"));
  exports.Set("exitNow", Napi::Function::New(env, exit_now, "exitNow"));
  exports.Set("netnsInode", Napi::Function::New(env, netns_inode, "netnsInode"));
  exports.Set("inNetns", Napi::Function::New(env, in_netns, "inNetns"));
  return exports;
}

}  // namespace
}  // namespace sockwatch

static Napi::Object init_addon(Napi::Env env, Napi::Object exports) { return sockwatch::init(env, exports); }

NODE_API_MODULE(sockwatch, init_addon)
