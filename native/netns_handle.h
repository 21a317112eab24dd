#pragma once

#include <napi.h>

#include "netns.h"

namespace sockwatch {

// openNetns(path) -> { inode: bigint, close() }: a network namespace that stays open until close(), or until
// the object is garbage. Throws if the path is not one, or it cannot be entered.
Napi::Value open_netns_handle(const Napi::CallbackInfo& info);

// ownNetnsInode() -> bigint: the inode number of the calling thread's namespace.
Napi::Value own_netns_inode(const Napi::CallbackInfo& info);

// The namespace of such an object; null is the caller's own. Work in a closed one fails with EBADF.
SharedNetns netns_argument(const Napi::Value& value);

}  // namespace sockwatch
