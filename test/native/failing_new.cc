// Preloaded into Node by out_of_memory.test.ts. Calls of operator new by the addon fail after the first
// ADDON_ALLOCATIONS of them, if that variable is set.

#include <dlfcn.h>
#include <execinfo.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

std::atomic<long> limit{-1};
std::atomic<long> allocations{0};

bool is_in(const void* caller, const char* file) {
  Dl_info info;
  return ::dladdr(caller, &info) != 0 && std::strstr(info.dli_fname, file) != nullptr;
}

// std::string is compiled into libstdc++, so the caller of that is looked up as well.
bool is_called_by_addon(const void* caller) {
  if (!is_in(caller, "libstdc++")) return is_in(caller, "sockwatch.node");
  void* frames[12];
  const int count = ::backtrace(frames, 12);
  int at = 0;
  while (at < count && frames[at] != caller) at++;
  while (at < count && is_in(frames[at], "libstdc++")) at++;
  return at < count && is_in(frames[at], "sockwatch.node");
}

void* allocate(size_t size, const void* caller) {
  const char* setting = std::getenv("ADDON_ALLOCATIONS");
  if (setting != nullptr && is_called_by_addon(caller)) {
    const long value = std::atol(setting);
    // A new value starts a new count.
    if (limit.exchange(value) != value) allocations = 0;
    if (allocations++ >= value) throw std::bad_alloc();
  }
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(size_t size) { return allocate(size, __builtin_return_address(0)); }
void* operator new[](size_t size) { return allocate(size, __builtin_return_address(0)); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
