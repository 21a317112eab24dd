#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace sockwatch {

// All columns as views of one buffer: for a small dump, allocating a buffer per column would take longer.
template <typename Columns>
Napi::Object columns_to_js(Napi::Env env, Columns& columns) {
  constexpr size_t kAlignment = 8;
  size_t size = 0;
  columns.each([&](const char* /*name*/, const auto& column) {
    size += (column.size() * sizeof(column[0]) + kAlignment - 1) / kAlignment * kAlignment;
  });
  auto object = Napi::Object::New(env);
  auto buffer = Napi::ArrayBuffer::New(env, size);
  // As in to_typed_array(): allocation fails in a worker thread that is being terminated.
  if (buffer.IsEmpty()) return object;
  size_t offset = 0;
  columns.each([&](const char* name, const auto& column) {
    using Element = typename std::decay_t<decltype(column)>::value_type;
    const size_t bytes = column.size() * sizeof(Element);
    if (bytes > 0) std::memcpy(static_cast<uint8_t*>(buffer.Data()) + offset, column.data(), bytes);
    object.Set(name, Napi::TypedArrayOf<Element>::New(env, column.size(), buffer, offset));
    offset += (bytes + kAlignment - 1) / kAlignment * kAlignment;
  });
  object.Set("count", Napi::Number::New(env, static_cast<double>(columns.count())));
  return object;
}

}  // namespace sockwatch
