#!/usr/bin/env bash
# Runs the scenarios, then has both engines judge each history: the native checker and Elle itself.
# Options are those of `rig suite`; without any, every scenario runs once.
#
#   ./run-elle-tests.sh --seeds 20
#   ./run-elle-tests.sh --scenario partition --nodes 7
#
# RIG_RESULTS   folder for the results, emptied first (results/elle)
# RIG_ELLE_JAR  JAR of elle-cli (where `rig download` puts it, and fetched where it is missing)
# RIG_JAVA      the program java; without one the native checker judges alone, but for CI=true
set -euo pipefail
cd "$(dirname "$0")"
results=${RIG_RESULTS:-results/elle}
java=${RIG_JAVA:-java}

if [ ! -f dist/bin/main.js ]; then
  npm ci
  npm run build
fi
rig() { node dist/bin/main.js "$@"; }

if [ -e "$results" ] && [ ! -e "$results/suite" ]; then
  echo "run-elle-tests: $results is there and holds no suite: expected a folder of its own" >&2
  exit 65
fi
rm -rf "$results"
mkdir -p "$results"
status=0
rig suite --keep --output-dir "$results" --junit-xml "$results/junit.xml" "$@" || status=$?

if ! command -v "$java" >/dev/null; then
  echo "run-elle-tests: no $java: Elle itself was not asked" >&2
  [ "${CI:-}" != true ] || exit 5
  exit "$status"
fi
engine=(--engine both --java "$java")
if [ -n "${RIG_ELLE_JAR:-}" ]; then
  engine+=(--elle-jar "$RIG_ELLE_JAR")
else
  rig download --quiet
fi
judged=0
rig check "${engine[@]}" --output-dir "$results" --json "$results"/*/[0-9]*/history.json \
  >"$results/engines.jsonl" || judged=$?
# Whether a history may be invalid is the scenario's matter, and the suite has judged that; here
# the question is whether the engines differ (70), or one of them could not be asked.
[ "$judged" -le 2 ] || exit "$judged"
echo "run-elle-tests: both engines agree on $(wc -l <"$results/engines.jsonl") histories"
exit "$status"
