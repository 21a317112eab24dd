#!/bin/sh
# For shell inspect scripts: `sockwatch_inspect DIRECTORY` adds a snapshot of the node's sockets to a bundle. It ends within 30 seconds,
# never fails the calling script, and writes either a complete snapshot or none; the reason is then in k8s-sockwatch.err.
sockwatch_inspect() {
  code=0
  k8s-sockwatch --once --redact --deadline 20 --output "$1/k8s-sockwatch.json" 2>"$1/k8s-sockwatch.err" || code=$?
  # 0: the node matches, 1: it drifts, 3: incomplete. Only 2 means that there is no snapshot.
  echo "exit code $code" >>"$1/k8s-sockwatch.err" || true
}

sockwatch_inspect "${1:-.}"
