@echo off
rem Install Ban do ANTT so hoa from this folder. Nothing is fetched from anywhere.
rem Usage: install.cmd [FOLDER]     (default: bando-antt in the user's folder)
setlocal
set "HERE=%~dp0"
set "TARGET=%~1"
if "%TARGET%"=="" set "TARGET=%USERPROFILE%\bando-antt"

set "PYTHON="
for %%V in (3.13 3.12 3.11) do (
    if not defined PYTHON (
        py -%%V -c "import sys" >nul 2>nul && set "PYTHON=py -%%V"
    )
)
if not defined PYTHON (
    python -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" >nul 2>nul && set "PYTHON=python"
)
if not defined PYTHON (
    echo Can Python 3.11, 3.12 hoac 3.13 tren may nay.
    echo Python 3.11, 3.12 or 3.13 is needed on this machine.
    exit /b 1
)

%PYTHON% "%HERE%verify.py" || exit /b 1
%PYTHON% -m venv "%TARGET%" || exit /b 1
set "PIP="%TARGET%\Scripts\python.exe" -m pip install --no-index --find-links "%HERE%wheelhouse" --disable-pip-version-check --no-input --quiet"
echo Dang cai dat ... Installing ...
%PIP% --require-hashes --requirement "%HERE%requirements.lock" || exit /b 1
%PIP% --no-deps bando-antt || exit /b 1

echo Da cai xong. Mo ban do mau bang lenh / Installed. Open the sample map with:
echo     "%TARGET%\Scripts\antt.exe" demo
