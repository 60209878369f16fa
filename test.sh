#!/usr/bin/env bash
# Runs the tests. Installs what a bare Debian or Ubuntu lacks for them, and asks for sudo only if something does.
#
#   ./test.sh                 everything this machine can run; what it cannot is said, and counted as skipped
#   ./test.sh --fast          the parts by themselves, on real stores and real workers
#   ./test.sh --system        the whole system through its AppHost, with processes that are killed
#   ./test.sh --faults [--runs N] [--write]        every fault that we know, N times each (1; 20 for the table), and how long
#                             its camera took to come back; with --write the table of docs/faults.md anew
#   ./test.sh --chaos [--minutes N] [--seed S]     clients and faults at random, a minute unless said otherwise
#   ./test.sh --fuzz [--minutes N] [--seed S] [--first N]      hostile requests to every endpoint and page of both services, a minute unless
#                             said otherwise; with the seed and the number of a failure, that one again
#   ./test.sh --afl [--minutes N]    fuzzes what reads bytes of cameras and clients, by coverage: AFL++ and SharpFuzz, a minute each unless said
#                             otherwise; what makes one fail is kept in Attendance.Fuzz/corpus, where --fast runs it
#   ./test.sh --connections   20,000 idle connections against each service, with 1,024 descriptors and with all there may be
#   ./test.sh --browser       the pages in a real Chromium, and what cameras need of a browser in a real Firefox
#   ./test.sh --v4l2          real V4L2 devices, in a small virtual machine
#   ./test.sh --types         the types of the pages' modules
#   ./test.sh --bench         the benchmarks, a quarter of an hour; with --write into docs/performance.md
#   ./test.sh --recognition   how surely faces are told apart and attacks are noticed, on pictures that npm packages ship; with --write
#                             into docs/recognition.md
#   ./test.sh --import        how long 10,000 people and some pictures take to import
#   ./test.sh --arrivals [--minutes N] [--write]   200 people who arrive at two kiosks within 10 minutes, or N, once without a fault and once with
#                             Web killed half-way; with --write into docs/recognition.md. Twenty of them are among --system
#   ./test.sh --live [--write]   how old pictures are when a page shows them, by Motion JPEG and by WebRTC, and what that costs; with --write
#                             into docs/live.md
#   ./test.sh --docs          writes docs/telemetry.md and docs/limits.md anew, as the code has them
#   ./test.sh --screenshots   pictures of every page, in both themes and at both widths, in Attendance.Tests/Browser/screenshots/,
#                             and those of the demo and the dashboard in docs/images/
#
# The emulated machine of the V4L2 suite computes while the suites of system and browser mostly wait, so they run side by side where
# there are more than two cores. On two cores it runs alone: beside them it once had finished less than half of its tests after half an hour.
# In the suites that hold the system to bounds in time (fast, system, browser, faults), a test that fails is run again by itself, up to twice;
# one that passes then is told as FLAKY, with all its results. The last line is 'N passed, N failed, N skipped'; above it is what failed, what
# was skipped and why, and how long each suite took, and how busy the processors were. The reports of all runs are in artifacts/reports.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

suites=() write=()
while [ $# -gt 0 ]; do
  case $1 in
    --minutes | --seed | --first | --runs)
      [ -n "${2:-}" ] || { echo "$1 needs a number" >&2; exit 2; }
      case $1 in
        --minutes) export ATTENDANCE_CHAOS_MINUTES=$2 ATTENDANCE_FUZZ_MINUTES=$2 ATTENDANCE_AFL_MINUTES=$2 ATTENDANCE_ARRIVALS_MINUTES=$2 ;;
        --seed) export ATTENDANCE_CHAOS_SEED=$2 ATTENDANCE_FUZZ_SEED=$2 ;;
        --first) export ATTENDANCE_FUZZ_FIRST=$2 ;;
        --runs) export ATTENDANCE_FAULT_RUNS=$2 ;;
      esac
      shift
      ;;
    --write) export ATTENDANCE_FAULTS_TABLE=$PWD/docs/faults.md ATTENDANCE_RECOGNITION_TABLES=$PWD/docs/recognition.md ATTENDANCE_ARRIVALS_PAGE=$PWD/docs/recognition.md ATTENDANCE_LIVE_TABLE=$PWD/docs/live.md write=(--write) ;;
    --bench | --fast | --fuzz | --afl | --connections | --system | --faults | --chaos | --browser | --v4l2 | --types | --recognition | --arrivals | --import | --live | --docs | --screenshots) suites+=("${1#--}") ;;
    *) sed -n '2,/^set/p' "$0" | grep '^#' | cut -c3-; exit 2 ;;
  esac
  shift
done
[ ${#suites[@]} -gt 0 ] || suites=(types fast v4l2 system browser faults chaos)

passed=0 failed=0 skipped=0
failures=() flaky=() times=()
reports=$PWD/artifacts/reports
v4l2_log=$(mktemp) reasons=$(mktemp) v4l2_pid=
mkdir -p "$reports"
cleanup() {
  [ -z "$v4l2_pid" ] || { pkill -P "$v4l2_pid"; kill "$v4l2_pid"; } 2>/dev/null
  rm -f "$v4l2_log" "$reasons"
}
trap cleanup EXIT

# (Not grep -q: it stops reading, and who writes fails by that.)
has_library() { { ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null; } | grep "$1" >/dev/null; }

# Prints the packages that are missing for the wanted suites.
missing_packages() {
  has_library libgtk-3.so.0 || echo libgtk-3-0
  has_library libicuuc.so || echo libicu
  has_library libturbojpeg.so.0 || echo libturbojpeg0
  command -v node >/dev/null || echo nodejs
  command -v npm >/dev/null || echo npm
  command -v redis-server >/dev/null || echo redis-server
  command -v ffmpeg >/dev/null || echo ffmpeg
  # With a linker the capture worker becomes a native program, as where it is deployed.
  command -v gcc >/dev/null || command -v clang >/dev/null || echo gcc
  [ -e /usr/include/stdio.h ] || echo libc6-dev
  command -v fuser >/dev/null || echo psmisc
  case " ${suites[*]} " in *" fast "* | *" fuzz "* | *" system "*)
    command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo postgresql
    { command -v prometheus && command -v promtool; } >/dev/null || echo prometheus
    ;;
  esac
  case " ${suites[*]} " in *" fast "*) command -v ssconvert >/dev/null || echo gnumeric ;; esac
  case " ${suites[*]} " in *" browser "* | *" system "* | *" faults "* | *" screenshots "* | *" live "*) command -v chromium >/dev/null || echo chromium ;; esac
  case " ${suites[*]} " in *" browser "*) command -v firefox-esr >/dev/null || command -v firefox >/dev/null || echo firefox-esr ;; esac
  case " ${suites[*]} " in *" system "*) /usr/bin/python3 -c 'import aiortc' 2>/dev/null || echo python3-aiortc ;; esac
  case " ${suites[*]} " in *" afl "*) command -v afl-fuzz >/dev/null || echo afl++ ;; esac
  case " ${suites[*]} " in *" chaos "* | *" system "*) ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || echo faketime ;; esac
  case " ${suites[*]} " in *" bench "*)
    command -v ustreamer >/dev/null || echo ustreamer
    command -v motion >/dev/null || echo motion
    ;;
  esac
  case " ${suites[*]} " in *" v4l2 "* | *" bench "*)
    command -v qemu-system-x86_64 >/dev/null || echo qemu-system-x86
    command -v busybox >/dev/null || echo busybox-static
    command -v cpio >/dev/null || echo cpio
    PATH=$PATH:/usr/sbin:/sbin command -v modprobe >/dev/null || echo kmod
    command -v v4l2-ctl >/dev/null || echo v4l-utils
    ;;
  esac
}

install_missing() {
  local packages=() as_root=()
  mapfile -t packages < <(missing_packages)
  [ ${#packages[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "This machine lacks, by Debian's names: ${packages[*]}. What needs them is skipped and says so."
    return 0
  fi
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  echo "Installing ${packages[*]}"
  "${as_root[@]}" apt-get update -qq
  local package
  for package in "${packages[@]}"; do
    [ "$package" != libicu ] || package=$(apt-cache search --names-only '^libicu[0-9]+$' | cut -d' ' -f1 | sort | tail -n 1) # each release has its own number
    # Newer releases have it under another name, and Ubuntu has TurboJPEG without its number.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${package}t64" >/dev/null 2>&1 ||
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${package%0}" >/dev/null 2>&1 ||
      echo "Could not install $package; what needs it is skipped and says so."
  done
}

# took NAME STARTED BUSY  Notes how long a suite took and how busy the processors were. STARTED and BUSY are $SECONDS and $(busy) at its start.
busy() { awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 }' /proc/stat 2>/dev/null || echo 0; }
took() {
  local seconds=$((SECONDS - $2)) share=
  [ "$seconds" -eq 0 ] || share=", processors busy $((($(busy) - $3) / seconds / $(nproc))) %"
  times+=("$1 $seconds s$share")
}

report() { node Attendance.Tests/report.mjs "$1" "$2"; }

# Adds up what the report of a run says; a run that left none has failed.
count() {
  local name=$1 file=$2 numbers
  if ! numbers=$(report counts "$file"); then
    echo "The tests ended without a result."
    printf '  FAILED %s (no result); the last that it said:\n%s\n' "$name" "$(tail -n 20 "${file%.json}.log" 2>/dev/null | cut -c1-300)" >>"$reasons"
    failed=$((failed + 1))
    failures+=("$name (no result)")
    return
  fi
  read -ra numbers <<<"$numbers"
  passed=$((passed + numbers[0])) failed=$((failed + numbers[1])) skipped=$((skipped + numbers[2]))
  [ "${numbers[1]}" -eq 0 ] || mapfile -t -O "${#failures[@]}" failures < <(report failed "$file")
  report reasons "$file" >>"$reasons"
}

# run_tests SECONDS REPORT FILTERS...  Most of what runs here is started and soon ended, so what it takes is mostly the runtime's compilation.
# Instrumenting code, to make it faster later, never pays; nor does protecting compiled code from being written to (a tenth of a start's CPU).
# In suites that measure nothing, hot code is not recompiled either.
run_tests() {
  rm -f "$reports/$2"
  case $suite in fast | system | browser) export DOTNET_TC_CallCounting=0 ;; *) unset DOTNET_TC_CallCounting ;; esac
  DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0 timeout --kill-after=20 "$1" dotnet test --no-build --project Attendance.Tests --no-progress --results-directory "$reports" \
    --report-xunit-ctrf --report-xunit-ctrf-filename "$2" "${@:3}" </dev/null > >(tee "$reports/${2%.json}.log") 2>&1 # (no pipe: it would wait for a process that a test has left)
}

# tests SECONDS FILTERS...
tests() {
  run_tests "$1" "$suite.json" "${@:2}"
  count "$suite" "$reports/$suite.json"
}

# As tests, for suites that hold the system to bounds in time. A test that fails is run by itself up to twice more, because a shared machine
# may hiccup. If it passes then, it is listed as flaky, with all its results. Nothing is run again if more than five tests failed, or if
# something failed outside of a test.
timed_tests() {
  local before=$failed known=${#failures[@]} attempt file name bad results=failed again
  tests "$@"
  for attempt in 2 3; do
    again=("${failures[@]:known}")
    [ ${#again[@]} -gt 0 ] && [ ${#again[@]} -le 5 ] && [[ ${again[*]} != *"("* ]] || return 0
    echo "-- once more, by themselves: ${again[*]}"
    file=$suite-$attempt.json
    run_tests "$1" "$file" --parallel none --filter-method "${again[@]}"
    bad=$(report counts "$reports/$file" 2>/dev/null | cut -d' ' -f2)
    [ -n "$bad" ] || return 0
    report reasons "$reports/$file" >>"$reasons"
    passed=$((passed + failed - before - bad)) failed=$((before + bad)) failures=("${failures[@]:0:known}")
    for name in "${again[@]}"; do
      if report failed "$reports/$file" | grep -xF "$name" >/dev/null; then
        failures+=("$name")
      else
        flaky+=("$name: $results, passed")
      fi
    done
    results+=", failed"
  done
}

# Whether the build has brought npm's packages already, and those of this very lock file.
has_modules() { [ node_modules/.package-lock.json -nt package-lock.json ] && [ -e node_modules/.bin/tsc ]; }

types() {
  if (cd Attendance.Web && { has_modules || npm ci --silent --ignore-scripts --no-audit --no-fund; } && npm run --silent check && node_modules/.bin/tsc -p ../Attendance.Live); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures+=("the modules' types")
  fi
}

# Begins beside what follows, with what the processor has to spare; v4l2_end waits for it.
v4l2_begin() {
  v4l2_started=$SECONDS v4l2_busy=$(busy)
  V4L2_VM_REPORT=$reports/v4l2.json nice -n 19 Attendance.Tests/V4l2/vm/boot.sh >"$v4l2_log" 2>&1 &
  v4l2_pid=$!
  if [ "$(nproc)" -gt 2 ]; then
    echo "The virtual machine runs beside the next suites; what it says comes when it has ended."
  else
    echo "The virtual machine runs alone; what it says comes when it has ended."
    v4l2_end
  fi
}

v4l2_end() {
  local status=0
  wait "$v4l2_pid" || status=$?
  v4l2_pid=
  cat "$v4l2_log"
  took v4l2 "$v4l2_started" "$v4l2_busy"
  if [ "$status" -eq 97 ]; then
    echo "SKIPPED: the V4L2 suite cannot run here; the reason is above."
    skipped=$((skipped + 1))
  else
    count v4l2 "$reports/v4l2.json"
  fi
}

bench() {
  if dotnet run -c Release --project Attendance.Benchmarks -- "${write[@]}"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures+=("the benchmarks")
  fi
}

# Instruments a copy of what is tested, and lets AFL++ look for what makes a parser fail or hang.
afl() {
  command -v afl-fuzz >/dev/null || { echo "SKIPPED: afl-fuzz is not installed."; skipped=$((skipped + 1)); return; }
  local work=artifacts/afl parser found bad file seconds
  seconds=$(awk -v minutes="${ATTENDANCE_AFL_MINUTES:-1}" 'BEGIN { print int(minutes * 60) }')
  rm -rf "$work" && mkdir -p "$work/out"
  { dotnet tool restore && dotnet publish Attendance.Fuzz -c Release -o "$work/bin" -nologo -clp:NoSummary &&
    dotnet tool run sharpfuzz "$work/bin/Attendance.CameraApi.dll" && dotnet tool run sharpfuzz "$work/bin/Attendance.CameraWorker.dll" &&
    dotnet tool run sharpfuzz "$work/bin/Attendance.Capture.dll" && dotnet tool run sharpfuzz "$work/bin/Attendance.Web.dll"; } ||
    { failed=$((failed + 1)); failures+=("instrumenting the parsers"); return; }
  for parser in Attendance.Fuzz/corpus/*/; do
    parser=$(basename "$parser")
    AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 \
      afl-fuzz -V "$seconds" -t 5000 -m none -i "Attendance.Fuzz/corpus/$parser" -o "$work/out/$parser" -- dotnet "$work/bin/Attendance.Fuzz.dll" "$parser" >"$work/$parser.log" 2>&1
    bad=0
    for file in "$work/out/$parser/default/"{crashes,hangs}/id*; do
      [ -e "$file" ] || continue
      bad=$((bad + 1))
      found=Attendance.Fuzz/corpus/$parser/found-$(sha256sum "$file" | cut -c1-12)
      cp "$file" "$found"
      echo "$parser fails at $found"
    done
    if [ ! -e "$work/out/$parser/default/fuzzer_stats" ]; then
      tail -n 20 "$work/$parser.log"
      failed=$((failed + 1)) failures+=("fuzzing $parser: it did not run")
    elif [ "$bad" -gt 0 ]; then
      failed=$((failed + 1)) failures+=("fuzzing $parser: $bad inputs")
    else
      passed=$((passed + 1))
    fi
    echo "$parser: $(sed -nE 's/^(execs_done|corpus_count|bitmap_cvg) +: /\1 /p' "$work/out/$parser/default/fuzzer_stats" 2>/dev/null | paste -sd, )"
  done
}

install_missing
if ! command -v dotnet >/dev/null; then
  echo "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
  exit 1
fi
if ! command -v npm >/dev/null; then
  echo "Node.js with npm is missing; the build needs it: https://nodejs.org" >&2
  exit 1
fi
dotnet build Attendance.sln -nologo -clp:NoSummary || { echo "0 passed, 1 failed"; exit 1; }
echo "The build took $SECONDS s."

for suite in "${suites[@]}"; do
  # These are held to bounds, so nothing computes beside them.
  case $suite in faults | chaos | bench) [ -z "$v4l2_pid" ] || { echo; echo "== v4l2"; v4l2_end; } ;; esac
  echo
  echo "== $suite"
  suite_started=$SECONDS suite_busy=$(busy)
  case $suite in
    # Most of them wait for a part of theirs most of the time.
    fast) timed_tests 1500 --filter-not-trait Suite=EndToEnd Suite=Faults Suite=Chaos Suite=Browser Suite=V4l2 --max-threads 4 ;;
    fuzz) tests "$(awk -v minutes="${ATTENDANCE_FUZZ_MINUTES:-1}" 'BEGIN { print int(minutes * 60 + 300) }')" --filter-trait Suite=Fuzz --parallel none --show-stdout All ;;
    types) types ;;
    afl) afl ;;
    connections) tests 600 --explicit only --parallel none --filter-class Attendance.Tests.ServiceDefaults.ServerLimitsTests ;;
    bench) bench ;;
    # Two at once: most of their time they wait. They hold the system to bounds in time, and two cores are all there may be, so no more.
    system) timed_tests 1500 --filter-trait Suite=EndToEnd --max-threads 2 ;;
    browser) timed_tests 2100 --filter-trait Suite=Browser --max-threads 2 ;;
    # One after the other: these are measured.
    faults) timed_tests "$((900 + ${ATTENDANCE_FAULT_RUNS:-1} * 240))" --filter-trait Suite=Faults --parallel none --show-stdout All ;;
    chaos) tests "$(awk -v minutes="${ATTENDANCE_CHAOS_MINUTES:-1}" 'BEGIN { print int(minutes * 60 + 300) }')" --filter-trait Suite=Chaos --show-stdout All ;;
    recognition) tests 900 --explicit only --parallel none --show-stdout All --filter-class Attendance.Tests.Faces.Report.RecognitionReport ;;
    import) tests 900 --explicit only --parallel none --show-stdout All --filter-class Attendance.Tests.Import.ImportSpeed ;;
    arrivals) tests "$(awk -v minutes="${ATTENDANCE_ARRIVALS_MINUTES:-10}" 'BEGIN { print int(minutes * 150 + 600) }')" --explicit only --parallel none --show-stdout All --filter-class Attendance.Tests.Arrivals.ArrivalTests ;;
    live) tests 900 --explicit only --parallel none --show-stdout All --filter-class Attendance.Tests.Browser.LiveReport ;;
    docs) ATTENDANCE_WRITE_DOCS=1 tests 60 --filter-class Attendance.Tests.Telemetry.DocumentTests ;;
    screenshots) tests 900 --explicit only --parallel none --filter-class Attendance.Tests.Browser.Screenshots Attendance.Tests.Browser.DemoScreenshots Attendance.Tests.Browser.NotificationScreenshots Attendance.Tests.Browser.IntegrationPagesTests Attendance.Tests.Browser.Enrollment.CaptureScreenshots Attendance.Tests.AppHost.Dashboard.DashboardTests ;;
    v4l2) v4l2_begin ;;
  esac
  [ "$suite" = v4l2 ] || took "$suite" "$suite_started" "$suite_busy"
done
[ -z "$v4l2_pid" ] || { echo; echo "== v4l2"; v4l2_end; }

echo
cat "$reasons"
for name in "${failures[@]}"; do echo "FAILED: $name"; done
for name in "${flaky[@]}"; do echo "FLAKY: $name"; done
for time in "${times[@]}"; do echo "TOOK: $time"; done
echo "TOOK: all $SECONDS s, the build among it"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
