import { expect, test } from 'vitest';
import type { HttpConnections } from '../../../../../src/io/bytes/http/http-connections.ts';
import { httpRequest } from '../../../../../src/io/bytes/http/http-request.ts';
import type { HttpResponse } from '../../../../../src/io/bytes/http/http-response.ts';
import { virtualClock } from '../../../../../src/testing/virtual-clock.ts';

const never = <T>() => new Promise<T>(() => {});

function asking(request: () => Promise<HttpResponse>, canceller?: AbortController) {
  const clock = virtualClock();
  const url = new URL('http://localhost/a');
  const asked = httpRequest(
    {
      connections: { request } as unknown as HttpConnections,
      target: { url: url.href, label: url.href },
      doing: 'read',
      method: 'GET',
      headers: {},
      redirects: 0,
      timeoutMs: 300,
      clock,
    },
    canceller,
  );
  return { clock, asked };
}

test('the timeout does not depend on being told that the connection was cut', async () => {
  const { clock, asked } = asking(never);
  const failed = expect(asked).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  await clock.advance(300);
  await failed;
});

test('nor does the end of what an answer is waited for', async () => {
  const response = { status: 200, headers: {}, cancel: () => {} } as unknown as HttpResponse;
  const { clock, asked } = asking(async () => response);
  const answer = await asked;
  const late = expect(answer.within(never())).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  await clock.advance(300);
  await late;
  await expect(answer.within(never())).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
});

test('nor does being aborted', async () => {
  const canceller = new AbortController();
  const { asked } = asking(never, canceller);
  canceller.abort();
  await expect(asked).rejects.toMatchObject({ code: 'ERR_HTTP' });
});
