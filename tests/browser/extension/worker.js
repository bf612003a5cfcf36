// SPDX-License-Identifier: GPL-3.0-or-later
// Runs in an extension as such bridges do; the test calls what page.js puts there.

importScripts('page.js')
