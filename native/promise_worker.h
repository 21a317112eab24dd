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

// Runs `job` on libuv's thread pool, then resolves a promise with what `build` makes of the result, or
// rejects it with the job's failure. `job` must not touch JavaScript; `build` runs on the JavaScript thread.
// Exceptions of either reject the promise.
template <typename Result>
class PromiseWorker : public Napi::AsyncWorker {
 public:
  using Job = std::function<Failure(Result&)>;
  using Build = std::function<Napi::Value(Napi::Env, Result&)>;
  // Whether the result is there already, on the JavaScript thread. Must neither block nor throw.
  using Attempt = std::function<bool(Result&)>;

  static Napi::Value start(Napi::Env env, Job job, Build build, const Attempt& attempt = nullptr) {
    napi_deferred deferred = nullptr;
    napi_value promise = nullptr;
    // Fails in an environment that is being torn down, where Napi::Promise::Deferred would be uninitialized.
    if (napi_create_promise(env, &deferred, &promise) != napi_ok) return {};
    auto worker = std::make_unique<PromiseWorker>(env, deferred, std::move(job), std::move(build));
    if (attempt && attempt(worker->result_)) {
      worker->OnOK();
      return {env, promise};
    }
    worker->Queue();
    // A queued Napi::AsyncWorker deletes itself.
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
    // Settling a promise fails in an environment that is being torn down, where it no longer matters.
    try {
      if (failure_) {
        napi_reject_deferred(Env(), deferred_, to_js_error(Env(), *failure_).Value());
      } else {
        napi_resolve_deferred(Env(), deferred_, build_(Env(), result_));
      }
    } catch (const std::bad_alloc&) {
      napi_reject_deferred(Env(), deferred_, out_of_memory_error(Env()).Value());
    }
  }

 private:
  napi_deferred deferred_;
  Job job_;
  Build build_;
  Result result_{};
  Failure failure_;
};

// Copies a column into a typed array with memory of its own. Creating it fails in a worker thread that is
// being terminated, which can happen between any two calls: the array is then empty and has no memory.
template <typename Element>
Napi::Value to_typed_array(Napi::Env env, const Element* elements, size_t count) {
  auto array = Napi::TypedArrayOf<Element>::New(env, count);
  if (count > 0 && !array.IsEmpty()) std::memcpy(array.Data(), elements, count * sizeof(Element));
  return array;
}

template <typename Element>
Napi::Value to_typed_array(Napi::Env env, const std::vector<Element>& column) {
  return to_typed_array(env, column.data(), column.size());
}

}  // namespace sockwatch
