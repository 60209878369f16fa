#!/usr/bin/env bash
# Runs in the guest: the V4L2 suite, from what was built on the host.
set -euo pipefail
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/artifacts/bin/Attendance.Tests/debug/Attendance.Tests
if [ ! -x "$tests" ]; then
  echo "Nothing is built at $tests: run dotnet build first."
  exit 96
fi

v4l2-ctl --list-devices || true
export ATTENDANCE_V4L2=1 DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0 # as in test.sh
[ ! -e /run/results/faults.md ] || export ATTENDANCE_FAULTS_TABLE=/run/results/faults.md
cd /tmp
exec "$tests" -trait Suite=V4l2 -noColor -reporter verbose -parallelMode none -showLiveOutput -ctrf /run/results/report.json
