{
  "targets": [
    {
      "target_name": "sockwatch",
      "sources": [
        "native/addon.cc",
        "native/capture_worker.cc",
        "native/errors.cc",
        "native/inet_diag.cc",
        "native/netlink_messages.cc",
        "native/netlink_socket.cc",
        "native/netns.cc",
        "native/owners_worker.cc",
        "native/proc_owners.cc",
        "native/process_facts.cc",
        "native/read_file.cc",
        "native/unix_diag.cc"
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS"],
      "cflags_cc!": ["-fno-exceptions", "-std=gnu++17"],
      "cflags_cc": ["-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"],
      "ldflags": ["-Wl,-z,relro,-z,now"]
    }
  ]
}
