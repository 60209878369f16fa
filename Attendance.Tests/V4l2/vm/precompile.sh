#!/usr/bin/env bash
# Makes artifacts/v4l2: the tests as they are built, beside a camera API and a capture worker that are compiled ahead of time (ReadyToRun).
# The emulated processor takes seconds to compile what starts with every test; this one compiles it once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
out=$PWD/artifacts/v4l2
rm -rf "$out"
for project in Attendance.CameraApi Attendance.CameraWorker; do
  dotnet publish "$project" -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -p:RunAnalyzers=false -nologo -v q -clp:NoSummary -o "$out/$project"
done
cp -al artifacts/bin/Attendance.Tests/debug "$out/tests" # links: nothing is copied
cp -a --remove-destination "$out/Attendance.CameraApi/." "$out/tests"
cp -a --remove-destination "$out/Attendance.CameraWorker/." "$out/tests/worker"
