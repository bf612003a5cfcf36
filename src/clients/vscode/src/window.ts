// SPDX-License-Identifier: MIT
import * as path from 'node:path';
import * as vscode from 'vscode';
import { Bag, type Disposable } from './base/emitter';
import { readJson, writeJson } from './base/json-file';
import { t } from './base/l10n';
import { reason } from './base/log';
import { realTimers, Throttle } from './base/timers';
import { DebugCapture } from './capture/debug-sessions';
import { Recorder } from './capture/recorder';
import { TaskCapture } from './capture/tasks';
import { TerminalCapture } from './capture/terminals';
import { Focus } from './code/focus';
import { Highlighter } from './code/highlighter';
import { Navigation } from './code/navigation';
import { registerCommands } from './commands';
import { Config } from './config';
import { Edits } from './edit/edits';
import { EditStore } from './edit/edit-store';
import { HubClient, type State } from './hub/client';
import { discoveryFile, type DiscoveryOptions } from './hub/discovery';
import { Finder } from './hub/finder';
import { findPort, PORTS } from './hub/ports';
import type { WindowStorage } from './hub/storage';
import { watchFile } from './hub/watch';
import { MetricsStore } from './metrics/metrics-store';
import { MetricsView } from './metrics/metrics-view';
import { record, text, type Data, type Message } from './protocol/message';
import { WindowReport, workspaces } from './report/window-report';
import { TerminalEnvironment } from './terminal/environment';
import { otelVariables } from './terminal/variables';
import { SyncClient } from './sync/sync-client';
import { SyncState } from './sync/sync-state';
import { readTraces, TraceList } from './traces/trace-list';
import { hintToInstall, hubSeen } from './views/hints';
import { offerPairing } from './views/pair';
import { sessionShared } from './views/shared';
import { StatusBar } from './views/status-bar';
import { TracesView } from './views/traces-view';

const KIND = 'vscode_extension';
const CAPABILITIES = ['traces', 'code', 'metrics'];
const EDIT = 'edit';
const CACHE_MS = 5000;
const CACHE_DELAY_MS = 200;

/** One window of the editor and everything in it that has to do with FlowScope. */
export class Window {
  private readonly bag = new Bag();
  private watcher: Disposable | undefined;
  private offered = false;
  private workspaceId: string | undefined;
  readonly config = new Config();
  readonly traces = this.bag.add(new TraceList());
  readonly finder: Finder;
  readonly client: HubClient;
  readonly recorder: Recorder;
  readonly navigation: Navigation;
  readonly focus: Focus;
  readonly terminals: TerminalCapture;
  readonly tracesView: TracesView;
  readonly edits: Edits;
  readonly syncClient: SyncClient;
  readonly sync: SyncState;
  private readonly highlighter: Highlighter;
  private readonly metrics: MetricsStore;
  private readonly metricsView: MetricsView;
  private readonly environment: TerminalEnvironment;
  private readonly cache: Throttle;

  constructor(
    readonly context: vscode.ExtensionContext,
    readonly storage: WindowStorage,
    readonly log: vscode.LogOutputChannel,
  ) {
    const version = String((context.extension.packageJSON as { version: string }).version);
    const { bag, config } = this;
    this.finder = new Finder(() => this.discovery, context.secrets,
      () => findPort(config.hubPort === undefined ? PORTS : [config.hubPort]));
    this.client = bag.add(new HubClient({
      kind: KIND, delivery: storage.delivery, outbox: storage.outbox, log,
      find: () => this.finder.find(),
      hello: () => ({
        client: vscode.env.appName, version, kind: KIND, instance: storage.instance.name, capabilities: config.editing ? [...CAPABILITIES, EDIT] : CAPABILITIES,
        workspaces: workspaces(), focused: vscode.window.state.focused,
      }),
      metadata: () => (this.workspaceId ? { workspaceId: this.workspaceId } : {}),
    }));
    this.recorder = bag.add(new Recorder({
      version, log,
      resource: () => ({ 'flowscope.workspace.id': this.workspaceId, 'process.working_directory': workspaces()[0] }),
      deliver: (type, data) => this.deliver(type, data),
      recorded: (trace) => this.traces.add(trace),
    }));
    this.syncClient = new SyncClient(() => this.finder.info);
    this.sync = bag.add(new SyncState(this.syncClient));
    bag.add(new StatusBar(this.client, storage.outbox, this.sync));
    this.tracesView = bag.add(new TracesView(this.traces));
    this.navigation = new Navigation(this.client, config, context.globalState);
    this.highlighter = bag.add(new Highlighter());
    this.metrics = bag.add(new MetricsStore(this.client, () => config.inlineMetrics, log));
    this.metricsView = bag.add(new MetricsView(this.metrics, config));
    this.focus = new Focus(this.client, (document, line) => this.metrics.model(document)?.on(line));
    this.environment = new TerminalEnvironment(context.environmentVariableCollection);
    this.cache = bag.add(new Throttle(() => void this.saveCache(), CACHE_MS, CACHE_DELAY_MS));
    this.terminals = bag.add(new TerminalCapture(this.recorder, config));
    bag.add(new TaskCapture(this.recorder, config));
    bag.add(new DebugCapture(this.recorder, config, {
      announce: (type, data) => {
        this.deliver(type, data).catch((error: unknown) => this.log.error(reason(error)));
      },
      variables: (sessionId) => this.variables(sessionId) ?? {},
    }));
    bag.add(new WindowReport(this.client));
    this.edits = new Edits(this.client, config, log, new EditStore(storage.edits, storage.instance.name, log, realTimers));
    registerCommands(this);
  }

  async start(): Promise<void> {
    this.traces.load(await readJson(this.storage.cache));
    this.bag.add(this.traces.onChange(() => {
      this.cache.ask();
      this.showSource();
    }));
    this.bag.add(this.client.onState((state) => void this.changed(state)));
    this.bag.add(this.client.onWelcome((welcome) => this.welcomed(welcome)));
    this.bag.add(vscode.workspace.onDidChangeConfiguration((event) => void this.configured(event)));
    this.bag.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.updateEnvironment()));
    this.listen();
    await this.watch();
    await this.edits.start();
    this.client.wake();
    void this.changed(this.client.state);
  }

  async close(): Promise<void> {
    // What is being recorded ends here and is kept; the disk must have it before the window is gone.
    this.recorder.dispose();
    await this.pending;
    await this.edits.close();
    this.watcher?.dispose();
    await this.saveCache();
    this.bag.dispose();
    await this.storage.instance.release();
  }

  /** What an instrumented program needs; undefined while no hub is known. */
  variables(sessionId?: string): Record<string, string> | undefined {
    const { otlp, info } = this.finder;
    if (!otlp) return undefined;
    return otelVariables({
      otlp, hubFile: info?.file ?? '',
      ...(this.workspaceId ? { workspaceId: this.workspaceId } : {}), ...(sessionId ? { sessionId } : {}),
    });
  }

  private pending: Promise<unknown> = Promise.resolve();

  private deliver(type: string, data: Data): Promise<void> {
    const done = this.client.deliver(type, data);
    this.pending = Promise.allSettled([this.pending, done]);
    return done;
  }

  private get discovery(): DiscoveryOptions {
    const { hubFile } = this.config;
    return { environment: process.env, ...(hubFile ? { file: hubFile } : {}) };
  }

  // --- What comes ---------------------------------------------------------------------------------------------------

  private listen(): void {
    const { client } = this;
    client.handle('jump_to_code', (message) => this.navigation.jump(message));
    client.handle('highlight_code', (message) => this.highlighter.highlight(message));
    client.handle('trace_added', ({ data }) => this.traceCame(data));
    client.handle('trace_updated', ({ data }) => this.traceCame(data));
    client.handle('trace_deleted', ({ data }) => this.traces.remove(text(data, 'id') ?? ''));
    client.handle('sync_response', ({ data }) => this.synchronised(data));
    client.handle('configuration_updated', ({ data }) => {
      this.hubConfigured(record(data, 'fullConfig') ?? {});
      void this.sync.refresh();
    });
    // A question to the user; it may wait, but nothing waits for it.
    client.handle('session_shared', ({ data }) => void sessionShared(data));
    for (const type of ['sync_conflict', 'sync_resolved']) client.handle(type, () => this.sync.refresh());
    for (const type of ['session_started', 'session_ended', 'user_joined', 'user_left', 'presence', 'cursor_moved']) {
      client.handle(type, () => undefined);
    }
  }

  private traceCame(data: Data): void {
    this.traces.update(data);
    this.metrics.refresh();
  }

  private synchronised(data: Data): void {
    const workspace = record(data, 'workspace');
    this.workspaceId = workspace && text(workspace, 'id');
    this.traces.add(...readTraces(data));
    this.updateEnvironment();
    this.metrics.refresh();
  }

  private welcomed(welcome: Message): void {
    this.hubConfigured(record(welcome.data, 'settings') ?? {});
    this.updateEnvironment();
    this.metrics.refresh();
    void this.sync.refresh();
  }

  private hubConfigured(settings: Data): void {
    this.config.setHub(settings);
    this.metricsView.drawAll();
    this.metrics.refresh();
  }

  // --- What changes here --------------------------------------------------------------------------------------------

  private async changed(state: State): Promise<void> {
    this.showSource();
    if (state.kind === 'connected' || state.kind === 'unpaired') await hubSeen(this.context.globalState);
    if (state.kind === 'offline' && !this.finder.info) await hintToInstall(this.context.globalState);
    if (state.kind === 'refused' && state.code === 'unauthorized' && !this.finder.info && (await this.finder.forget())) {
      this.client.wake();
    }
    if (state.kind === 'unpaired' && !this.offered) {
      this.offered = true;
      await offerPairing();
    }
  }

  /** Say so when the list is not the hub's. */
  private showSource(): void {
    const own = this.client.state.kind !== 'connected' && this.traces.all.length > 0;
    this.tracesView.setMessage(own ? t('FlowScope is not connected. These traces were kept by this editor.') : '');
  }

  private async configured(event: vscode.ConfigurationChangeEvent): Promise<void> {
    if (!event.affectsConfiguration('flowscope')) return;
    if (event.affectsConfiguration('flowscope.hubFile') || event.affectsConfiguration('flowscope.hubPort')) {
      await this.watch();
      this.client.restart();
    }
    if (event.affectsConfiguration('flowscope.edit.enabled')) this.client.restart();
    this.updateEnvironment();
    this.metricsView.drawAll();
    this.metrics.refresh();
  }

  private updateEnvironment(): void {
    this.environment.apply(this.config.terminalEnvironment ? this.variables() : undefined);
  }

  private async watch(): Promise<void> {
    this.watcher?.dispose();
    this.watcher = watchFile(await discoveryFile(this.discovery), () => this.client.wake());
  }

  private async saveCache(): Promise<void> {
    try {
      await writeJson(this.storage.cache, this.traces);
    } catch (error) {
      this.log.warn(`${path.basename(this.storage.cache)}: ${reason(error)}`);
    }
  }
}
