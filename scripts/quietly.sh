#!/bin/bash
# Runs a command with its output in a log; shows the end of the log only if the command fails.
#   quietly.sh LOG SENTENCE COMMAND...
set -u
log=$1 sentence=$2
shift 2
mkdir -p "$(dirname "$log")"
echo "$sentence"
"$@" >"$log" 2>&1 </dev/null
status=$?
if ((status != 0)); then
    tail -n 60 "$log"
    echo "Failed: $* (all of its output: $log)"
fi
exit $status
