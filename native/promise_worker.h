#pragma once

#include <napi.h>

#include <cerrno>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "errors.h"
#include "sys_error.h"

namespace sockwatch {

// Runs `job` on a thread of libuv's pool and settles a promise with what `build` makes of its result, or with
// the job's failure. `job` touches no JavaScript; `build` runs on the JavaScript thread. No exception leaves
// either.
template <typename Result>
class PromiseWorker : public Napi::AsyncWorker {
 public:
  using Job = std::function<Failure(Result&)>;
  using Build = std::function<Napi::Value(Napi::Env, Result&)>;

  static Napi::Value start(Napi::Env env, Job job, Build build) {
    napi_deferred deferred = nullptr;
    napi_value promise = nullptr;
    // Fails in an environment that is ending. Napi::Promise::Deferred would then hold what was never written.
    if (napi_create_promise(env, &deferred, &promise) != napi_ok) return {};
    auto worker = std::make_unique<PromiseWorker>(env, deferred, std::move(job), std::move(build));
    worker->Queue();
    // Napi::AsyncWorker deletes itself once it has settled.
    static_cast<void>(worker.release());
    return {env, promise};
  }

  PromiseWorker(Napi::Env env, napi_deferred deferred, Job job, Build build)
      : Napi::AsyncWorker(env, "k8s-sockwatch"),
        deferred_(deferred),
        job_(std::move(job)),
        build_(std::move(build)) {}

 protected:
  void Execute() override {
    try {
      failure_ = job_(result_);
    } catch (const std::bad_alloc&) {
      failure_ = SysError{"malloc", ENOMEM, ""};
    } catch (const std::exception& error) {
      failure_ = SysError{error.what(), EIO, ""};
    }
  }

  void OnOK() override {
    const Napi::HandleScope scope(Env());
    // Neither succeeds in an environment that is ending, where nobody waits for it either.
    if (failure_) {
      napi_reject_deferred(Env(), deferred_, to_js_error(Env(), *failure_).Value());
    } else {
      napi_resolve_deferred(Env(), deferred_, build_(Env(), result_));
    }
  }

 private:
  napi_deferred deferred_;
  Job job_;
  Build build_;
  Result result_{};
  Failure failure_;
};

// A column as a typed array over memory of its own. In a worker thread that is being terminated JavaScript
// may not be called any more, at any moment from one call to the next: the array is then empty and has no
// memory.
inline Napi::Value to_typed_array(Napi::Env env, const std::vector<uint8_t>& column) {
  auto array = Napi::Uint8Array::New(env, column.size());
  if (!column.empty() && !array.IsEmpty()) std::memcpy(array.Data(), column.data(), column.size());
  return array;
}

template <typename Element>
Napi::Value to_typed_array(Napi::Env env, const std::vector<Element>& column) {
  auto array = Napi::TypedArrayOf<Element>::New(env, column.size());
  if (!column.empty() && !array.IsEmpty())
    std::memcpy(array.Data(), column.data(), column.size() * sizeof(Element));
  return array;
}

}  // namespace sockwatch
