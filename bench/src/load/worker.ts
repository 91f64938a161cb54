// The process the load comes from. Each client has one connection and one request under way: a closed loop.
import { performance } from 'node:perf_hooks';
import { Client } from 'undici';
import { quantile } from '../statistics.js';
import { faultOf } from './answers.js';
import type { Call, LoadJob, LoadResult } from './call.js';
import { codeNow } from './totp.js';

const FAULTS_KEPT = 5;

async function send(client: Client, url: string, call: Call): Promise<{ status: number; text: string }> {
  const { method, path, headers, body, totpKey } = call;
  const fields = totpKey === undefined ? body : { ...body, code: codeNow(Buffer.from(totpKey, 'base64')) };
  const { statusCode, body: answer } = await client.request({
    method,
    path,
    headers: {
      ...headers,
      // As a browser sends it along with a cookie.
      ...(headers?.['cookie'] === undefined ? {} : { origin: url }),
      ...(fields === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: fields === undefined ? null : JSON.stringify(fields),
  });
  return { status: statusCode, text: await answer.text() };
}

async function run(job: LoadJob): Promise<LoadResult> {
  const { urls, clients, milliseconds, calls, isRepeatable } = job;
  const latencies: number[] = [];
  const faults: string[] = [];
  let next = 0;
  const began = performance.now();
  const take = (): Call | undefined => {
    if (performance.now() - began > milliseconds || faults.length >= FAULTS_KEPT) {
      return undefined;
    }
    const call = isRepeatable ? calls[next % calls.length] : calls[next];
    next += 1;
    return call;
  };
  const drive = async (index: number): Promise<void> => {
    const url = urls[index % urls.length] ?? '';
    const client = new Client(url, { pipelining: 1 });
    for (let call = take(); call !== undefined; call = take()) {
      const sent = performance.now();
      const answer = await send(client, url, call);
      latencies.push(performance.now() - sent);
      const fault = faultOf(job, call, answer);
      if (fault !== undefined) {
        faults.push(fault);
      }
    }
    await client.close();
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => drive(index)));
  const seconds = (performance.now() - began) / 1000;
  return {
    answered: latencies.length,
    faults,
    perSecond: (latencies.length - faults.length) / seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

process.on('message', (job: LoadJob) => {
  run(job).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
