{
  # eBPF is left out with npm_config_k8s_sockwatch_bpf=off.
  "variables": { "bpf": "<!(node native/bpf/skeleton.mjs check)" },
  "targets": [
    {
      "target_name": "sockwatch",
      "sources": [
        "native/addon.cc",
        "native/capture_worker.cc",
        "native/connect_worker.cc",
        "native/deadline.cc",
        "native/errors.cc",
        "native/inet_diag.cc",
        "native/netlink_messages.cc",
        "native/netlink_socket.cc",
        "native/netns.cc",
        "native/netns_handle.cc",
        "native/network_worker.cc",
        "native/owners_worker.cc",
        "native/proc_owners.cc",
        "native/process_facts.cc",
        "native/read_file.cc",
        "native/route_changes.cc",
        "native/unix_diag.cc"
      ],
      "conditions": [
        ["bpf=='on'", {
          "sources": [
            "native/bpf/events_loader.c",
            "native/bpf/fexit_loader.c",
            "native/bpf/fexit_targets.c",
            "native/bpf/owners_loader.c",
            "native/event_stream.cc",
            "native/events_worker.cc",
            "native/owner_iterator.cc",
            "native/ring_buffer.cc",
            "native/tracepoint_ids.cc"
          ],
          "defines": ["SOCKWATCH_BPF"],
          "include_dirs": ["<(SHARED_INTERMEDIATE_DIR)"],
          "actions": [
            {
              "action_name": "owners_skeleton",
              "inputs": ["native/bpf/skeleton.mjs", "native/bpf/owners.bpf.c", "native/bpf/kernel_types.h", "native/bpf/local_address.bpf.h", "native/bpf/pid_in_ns.h", "native/bpf/owner_record.h"],
              "outputs": ["<(SHARED_INTERMEDIATE_DIR)/owners.skel.h"],
              "action": ["node", "native/bpf/skeleton.mjs", "build", "owners", "<(SHARED_INTERMEDIATE_DIR)/owners.skel.h"]
            },
            {
              "action_name": "fexit_events_skeleton",
              "inputs": ["native/bpf/skeleton.mjs", "native/bpf/fexit_events.bpf.c", "native/bpf/events.bpf.h", "native/bpf/event_limit.bpf.h", "native/bpf/kernel_types.h", "native/bpf/local_address.bpf.h", "native/bpf/pid_in_ns.h", "native/bpf/event_record.h"],
              "outputs": ["<(SHARED_INTERMEDIATE_DIR)/fexit_events.skel.h"],
              "action": ["node", "native/bpf/skeleton.mjs", "build", "fexit_events", "<(SHARED_INTERMEDIATE_DIR)/fexit_events.skel.h"]
            },
            {
              "action_name": "tracepoint_events_skeleton",
              "inputs": ["native/bpf/skeleton.mjs", "native/bpf/tracepoint_events.bpf.c", "native/bpf/events.bpf.h", "native/bpf/event_limit.bpf.h", "native/bpf/kernel_types.h", "native/bpf/local_address.bpf.h", "native/bpf/pid_in_ns.h", "native/bpf/event_record.h"],
              "outputs": ["<(SHARED_INTERMEDIATE_DIR)/tracepoint_events.skel.h"],
              "action": ["node", "native/bpf/skeleton.mjs", "build", "tracepoint_events", "<(SHARED_INTERMEDIATE_DIR)/tracepoint_events.skel.h"]
            }
          ]
        }]
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
      # Without RTTI, std::make_shared needs libstdc++ of GCC 9.
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17"],
      "cflags_c": ["-O2", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"],
      "cflags_cc": ["-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"],
      "ldflags": ["-Wl,-z,relro,-z,now"]
    }
  ]
}
