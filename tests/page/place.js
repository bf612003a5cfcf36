// SPDX-License-Identifier: GPL-3.0-or-later
// A hub, an editor and a Chromium, for the tests of pages; and what those wait for.

import { Hub } from '../browser/hub.js'
import { launch } from '../browser/support.js'
import { Editor } from './editor.js'
import { serve } from './site.js'

/** Everything that a page needs to be edited. */
export class Place {
  /** Starts it all; `pages` are more documents of the site. */
  static async start(build, pages) {
    const place = new Place()
    place.hub = await Hub.start(build)
    place.url = `ws://127.0.0.1:${place.hub.port}/web-dev-sync/ws`
    place.site = await serve(build, pages)
    place.hub.ctl('pair', 'allow', place.site)
    place.editor = await Editor.connect(place.hub)
    place.browser = await launch()
    return place
  }

  /** Opens a page of the site; what it throws is in `page.thrown`. */
  async open(path = '/', context = this.browser) {
    const page = await context.newPage()
    page.thrown = []
    page.on('pageerror', (error) => page.thrown.push(error.message))
    await page.goto(`${this.site}${path}`)
    await page.evaluate((url) => {
      globalThis.statuses = []
      globalThis.states = {}
      globalThis.attached = {}
      globalThis.begin = (options) => {
        globalThis.sync = new WebDevSync({ url, ...options })
        sync.statusChange((status, { reason }) => statuses.push(reason ? `${status} ${reason}` : status))
      }
      globalThis.attach = (name, target, options) => {
        states[name] = []
        attached[name] = sync.attach(target, { title: name, onState: (state, { code }) => states[name].push(code ?? state), ...options })
        return attached[name]
      }
    }, this.url)
    return page
  }

  async stop() {
    await this.browser.close()
    this.editor.close()
    await this.hub.stop()
  }
}

/** Waits until a page says so: a function of it, with its arguments. */
export function until(page, condition, ...args) {
  return page.waitForFunction(condition, args, { polling: 20, timeout: 0 })
}
