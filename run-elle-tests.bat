@echo off
rem Runs the scenarios, then has both engines judge each history, as run-elle-tests.sh does.
rem Options are those of "rig suite". RIG_RESULTS, RIG_ELLE_JAR and RIG_JAVA as there.
setlocal enabledelayedexpansion
cd /d "%~dp0"
if not defined RIG_RESULTS set RIG_RESULTS=results\elle
if not defined RIG_JAVA set RIG_JAVA=java
if not exist dist\bin\main.js (
  call npm ci || exit /b 1
  call npm run build || exit /b 1
)
if exist "%RIG_RESULTS%" if not exist "%RIG_RESULTS%\suite" (
  echo run-elle-tests: %RIG_RESULTS% is there and holds no suite: expected a folder of its own 1>&2
  exit /b 65
)
if exist "%RIG_RESULTS%" rmdir /s /q "%RIG_RESULTS%"
mkdir "%RIG_RESULTS%"
node dist\bin\main.js suite --keep --output-dir "%RIG_RESULTS%" --junit-xml "%RIG_RESULTS%\junit.xml" %*
set STATUS=%ERRORLEVEL%
where "%RIG_JAVA%" >nul 2>nul
if errorlevel 1 (
  echo run-elle-tests: no %RIG_JAVA%: Elle itself was not asked 1>&2
  if "%CI%"=="true" exit /b 5
  exit /b %STATUS%
)
set JAR=
if defined RIG_ELLE_JAR (set JAR=--elle-jar "%RIG_ELLE_JAR%") else (
  node dist\bin\main.js download --quiet || exit /b 1
)
set HISTORIES=
for /d %%s in ("%RIG_RESULTS%\*") do for /d %%r in ("%%s\2*") do (
  if exist "%%r\history.json" set HISTORIES=!HISTORIES! "%%r\history.json"
)
node dist\bin\main.js check --engine both --java "%RIG_JAVA%" %JAR% --output-dir "%RIG_RESULTS%" --json %HISTORIES% > "%RIG_RESULTS%\engines.jsonl"
set JUDGED=%ERRORLEVEL%
rem 1 and 2 are verdicts, which the suite has weighed; 70 says that the engines differ.
if %JUDGED% gtr 2 exit /b %JUDGED%
exit /b %STATUS%
