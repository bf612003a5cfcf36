#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# install-code-server.sh FOLDER: Visual Studio Code as a server, for the end-to-end tests. Everything comes from npm; what
# is native and needed here (terminals, and what the server starts with) is compiled. Does nothing when it is done.
set -euo pipefail

folder=${1:?usage: install-code-server.sh FOLDER}
# code-server 4.100.3 is Visual Studio Code 1.100.3; it runs with this version of node and no other.
version=4.100.3
node_version=20.20.2
stamp="code-server $version, node ${node_version%%.*}"

if [ "$(cat "$folder/ready" 2>/dev/null)" = "$stamp" ]; then exit 0; fi
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
log=$PWD/install.log
trap 'tail -n 30 "$log" >&2' ERR
export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false npm_config_loglevel=error

# The machine's node, when it is the right one and can compile, else the one of npm.
node=$(readlink -f "$(command -v node)")
headers=$(dirname "$(dirname "$node")")
if [ "$(node -p 'process.versions.node.split(".")[0]')" != "${node_version%%.*}" ] || [ ! -f "$headers/include/node/node.h" ]; then
  package=node-linux-$(node -p process.arch)
  npm install --prefix own-node --ignore-scripts --no-save "$package@$node_version" >>"$log" 2>&1
  headers=$PWD/own-node/node_modules/$package
  node=$headers/bin/node
fi
export PATH=${node%/*}:$PATH

npm install --prefix . --ignore-scripts --no-save "code-server@$version" >>"$log" 2>&1
server=$PWD/node_modules/code-server
for part in lib/vscode lib/vscode/extensions; do
  (cd "$server/$part" && npm install --ignore-scripts --omit=dev >>"$log" 2>&1)
done
npm install --prefix tools --ignore-scripts --no-save node-gyp@11.5.0 >>"$log" 2>&1
export npm_config_node_gyp=$PWD/tools/node_modules/node-gyp/bin/node-gyp.js
(cd node_modules/argon2 &&
  node ../@mapbox/node-pre-gyp/bin/node-pre-gyp install --build-from-source --nodedir="$headers" >>"$log" 2>&1)
(cd "$server/lib/vscode/node_modules/node-pty" &&
  node "$npm_config_node_gyp" rebuild --nodedir="$headers" >>"$log" 2>&1)

# What its own installation would do beside.
code=$server/lib/vscode
mkdir -p "$code/node_modules/@vscode/ripgrep/bin"
ln -sf "$(command -v rg || command -v false)" "$code/node_modules/@vscode/ripgrep/bin/rg"
ln -sfn node_modules "$code/node_modules.asar"
ln -sf code-linux.sh "$code/bin/remote-cli/code-server"
ln -sf browser-linux.sh "$code/bin/helpers/browser.sh"
HOME=$PWD XDG_CONFIG_HOME=$PWD XDG_DATA_HOME=$PWD "$node" "$server/out/node/entry.js" --version >>"$log" 2>&1
echo "$node" >node
echo "$stamp" >ready
