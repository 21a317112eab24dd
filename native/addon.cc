// The functions exported to JavaScript. Arguments are validated in src/kernel/addon.ts, the only caller.

#include <fcntl.h>
#include <napi.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "capture_worker.h"
#include "connect_worker.h"
#include "deadline.h"
#include "errors.h"
#ifdef SOCKWATCH_BPF
#include "events_worker.h"
#endif
#include "netns_handle.h"
#include "network_worker.h"
#include "owners_worker.h"

namespace sockwatch {
namespace {

// linkOpenFile(fd, path): gives a file opened with O_TMPFILE a name, as described in open(2).
Napi::Value link_open_file(const Napi::CallbackInfo& info) {
  const std::string path = info[1].As<Napi::String>().Utf8Value();
  const std::string link = "/proc/self/fd/" + std::to_string(info[0].As<Napi::Number>().Int32Value());
  if (::linkat(AT_FDCWD, link.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0)
    to_js_error(info.Env(), SysError{"linkat", errno, path}).ThrowAsJavaScriptException();
  return info.Env().Undefined();
}

// exitNow(code): _exit(2). On exit(3), libuv joins its pool threads, one of which may be blocked in the
// kernel forever.
void exit_now(const Napi::CallbackInfo& info) { ::_exit(info[0].As<Napi::Number>().Int32Value()); }

template <Napi::Value (*Function)(const Napi::CallbackInfo&)>
void export_function(Napi::Object exports, const char* name) {
  const auto call = [](const Napi::CallbackInfo& info) {
    return with_js_exceptions(info.Env(), [&] { return Function(info); });
  };
  exports.Set(name, Napi::Function::New(exports.Env(), call, name));
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  export_function<dump_inet>(exports, "dumpInet");
  export_function<dump_unix>(exports, "dumpUnix");
  export_function<decode_inet>(exports, "decodeInet");
  export_function<decode_unix>(exports, "decodeUnix");
  export_function<read_in_netns>(exports, "readInNetns");
  export_function<dump_netlink_messages>(exports, "dumpNetlink");
  export_function<watch_routes>(exports, "watchRoutes");
  export_function<open_netns_handle>(exports, "openNetns");
  export_function<own_netns_inode>(exports, "ownNetnsInode");
  export_function<connect_tcp>(exports, "connectTcp");
  export_function<find_owners>(exports, "findOwners");
  export_function<process_facts>(exports, "processFacts");
#ifdef SOCKWATCH_BPF
  export_function<open_events>(exports, "openEvents");
  export_function<iterate_owners>(exports, "iterateOwners");
#endif
  export_function<exit_after>(exports, "exitAfter");
  export_function<link_open_file>(exports, "linkOpenFile");
  exports.Set("exitNow", Napi::Function::New(env, exit_now, "exitNow"));
  return exports;
}

}  // namespace
}  // namespace sockwatch

static Napi::Object init_addon(Napi::Env env, Napi::Object exports) { return sockwatch::init(env, exports); }

NODE_API_MODULE(sockwatch, init_addon)
