import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { HttpResponse } from './http-response.ts';

/** What is asked of a server. */
export interface HttpAsked {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  readonly signal: AbortSignal;
}

type Protocol = 'http:' | 'https:';

interface Client {
  readonly agent: Agent;
  readonly request: (asked: HttpAsked) => ClientRequest;
}

/** Connections to servers, used again while they last; those of one reader or sink, and gone with it. */
export class HttpConnections {
  readonly #clients = new Map<Protocol, Promise<Client>>();
  readonly #agents: Agent[] = [];
  /** The answer to the request before: the end of its content may still come. */
  #last: HttpResponse | undefined;

  /**
   * Sends a request, one after another; resolves when the head of the answer has come. What the one before has not come to the
   * end of by then is cut: a server that leaves its answers open holds no more than that. Where a server lets go of a connection as
   * it is used again, nobody knows whether it has heard of the request: what has a body may be done twice, so that only
   * what has none is sent by another.
   */
  async request(asked: HttpAsked): Promise<HttpResponse> {
    const { url, signal } = asked;
    const client = await this.#client(url.protocol as Protocol);
    for (;;) {
      signal.throwIfAborted();
      const request = client.request(asked);
      try {
        const response = new HttpResponse(request, await answered(request, asked.body));
        if (this.#last?.complete === false) this.#last.cancel();
        this.#last = response;
        return response;
      } catch (error) {
        const again = request.reusedSocket && asked.body === undefined && isLetGo(error);
        if (!again || signal.aborted) throw error;
      }
    }
  }

  /** Cuts all connections, also those that are in use. */
  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  #client(protocol: Protocol): Promise<Client> {
    const known = this.#clients.get(protocol) ?? this.#connect(protocol);
    this.#clients.set(protocol, known);
    return known;
  }

  /** Node loads what it needs for either when it is asked for first: whoever reads files does not wait for that. */
  async #connect(protocol: Protocol): Promise<Client> {
    const { Agent, globalAgent, request } = await (protocol === 'https:'
      ? import('node:https')
      : import('node:http'));
    // Proxies of the environment are used where Node was told to: no typings know of that yet.
    const { proxyEnv } = (globalAgent as unknown as { readonly options: { readonly proxyEnv?: unknown } })
      .options;
    const agent = new Agent({ keepAlive: true, ...(proxyEnv !== undefined && { proxyEnv }) });
    this.#agents.push(agent);
    return {
      agent,
      request: ({ url, method, headers, signal }) => request(url, { agent, method, headers, signal }),
    };
  }
}

function answered(request: ClientRequest, body: Uint8Array | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    // It stays: what goes wrong later is told by the answer.
    request.on('error', reject);
    // Node tells nothing else of an answer that switches protocols: it closes the connection.
    request.on('close', () => reject(new Error('socket hang up')));
    request.end(body);
  });
}

function isLetGo(error: unknown): boolean {
  return /^(ECONNRESET|EPIPE)$/.test(String((error as { readonly code?: unknown }).code));
}
