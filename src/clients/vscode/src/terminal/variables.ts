// SPDX-License-Identifier: MIT
import type { Data } from '../protocol/message';

export interface VariableOptions {
  /** Where the hub takes OTLP over HTTP. */
  readonly otlp: string;
  /** The discovery file, for flowctl. */
  readonly hubFile: string;
  readonly workspaceId?: string;
  readonly sessionId?: string;
}

/** A value of OTEL_RESOURCE_ATTRIBUTES is percent-encoded (W3C Baggage, section 3.2.1.3). */
function resourceAttributes(attributes: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(attributes).filter(([, value]) => value)
    .map(([name, value]) => `${name}=${encodeURIComponent(value!)}`).join(',');
}

/** Names of variables that say which hosts no proxy leads to; some programs read the one, some the other. */
export const NO_PROXY_NAMES: readonly string[] = ['NO_PROXY', 'no_proxy'];
/** The hub is on this machine, whatever proxy leads to others. */
export const NO_PROXY_HOSTS = '127.0.0.1,localhost';

/** The same for a program of its own, which gets these in place of what `environment` has. */
export function withoutProxy(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(NO_PROXY_NAMES.map((name) =>
    [name, environment[name] ? `${environment[name]},${NO_PROXY_HOSTS}` : NO_PROXY_HOSTS]));
}

/**
 * A debug configuration's `env` with more variables; what it sets itself stays. Undefined when it is written in a way
 * of its adapter's own, such as a list, that must stay as it is.
 */
export function mergeEnv(given: unknown, variables: Readonly<Record<string, string>>): Data | undefined {
  if (given === undefined || given === null) return { ...variables };
  return typeof given === 'object' && !Array.isArray(given) ? { ...variables, ...given } : undefined;
}

/** What makes an instrumented program send to the hub. The same as `flowctl record` sets, and where it was started. */
export function otelVariables(options: VariableOptions): Record<string, string> {
  const resource = resourceAttributes({
    'flowscope.workspace.id': options.workspaceId, 'flowscope.session.id': options.sessionId,
  });
  return {
    FLOWSCOPE_HUB: options.hubFile,
    OTEL_EXPORTER_OTLP_ENDPOINT: options.otlp,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_DENO: 'true',
    OTEL_BSP_SCHEDULE_DELAY: '500',
    OTEL_BLRP_SCHEDULE_DELAY: '500',
    ...(resource ? { OTEL_RESOURCE_ATTRIBUTES: resource } : {}),
  };
}
