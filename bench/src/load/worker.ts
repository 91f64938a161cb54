// The process the load comes from. Each client has one connection and one request under way: a closed loop.
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type Dispatcher, Pool } from 'undici';
import { quantile } from '../statistics.js';
import { faultOf } from './answers.js';
import type { ArrivalJob, ArrivalResult, Call, LoadJob, LoadResult, RudeJob, RudeResult } from './call.js';
import { beRude } from './rude.js';
import { codeNow } from './totp.js';

const FAULTS_KEPT = 5;

async function send(client: Dispatcher, url: string, call: Call): Promise<{ status: number; text: string }> {
  const { method, path, headers, totpKey } = call;
  const body = call.login === undefined ? call.body : { ...call.body, ...(await logIn(client, call.login)) };
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

/** What is wrong with its answer shows in that to the code: there is no challenge then. */
async function logIn(
  client: Dispatcher,
  { path, body }: NonNullable<Call['login']>,
): Promise<{ readonly challengeToken: string }> {
  const { body: answer } = await client.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { data }: { readonly data?: { readonly challengeToken?: string } } = JSON.parse(await answer.text());
  return { challengeToken: data?.challengeToken ?? '' };
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

/** As a load balancer keeps them: Node accepts one new connection in each turn of its loop, and a busy one's turns are long. */
async function openConnections(pool: Pool, count: number): Promise<void> {
  const open = async (): Promise<void> => {
    const { body } = await pool.request({ method: 'GET', path: '/health/live' });
    await body.dump();
  };
  await Promise.all(Array.from({ length: count }, open));
}

async function runArrivals(job: ArrivalJob): Promise<ArrivalResult> {
  const { url, perSecond, milliseconds, arrivals, underWayAtMost } = job;
  const pool = new Pool(url, { connections: underWayAtMost, pipelining: 1 });
  await openConnections(pool, underWayAtMost);
  const times = new Map<string, number[]>();
  const faults: string[] = [];
  const note = (answer: string, since: number): void => {
    const known = times.get(answer) ?? [];
    known.push(performance.now() - since);
    times.set(answer, known);
  };
  let underWay = 0;
  const arrive = async (index: number): Promise<void> => {
    const arrival = arrivals[index % arrivals.length];
    const sent = performance.now();
    if (arrival === undefined || underWay >= underWayAtMost) {
      note('turned_away', sent);
      return;
    }
    underWay += 1;
    try {
      const answer = await send(pool, url, arrival.call);
      note(String(answer.status), sent);
      const fault =
        answer.status === 200
          ? faultOf({ dialect: 'ours', operation: arrival.operation }, arrival.call, answer)
          : undefined;
      faults.push(...(fault === undefined ? [] : [fault]).slice(0, FAULTS_KEPT - faults.length));
    } catch {
      note('error', sent);
    } finally {
      underWay -= 1;
    }
  };
  const began = performance.now();
  const all: Promise<void>[] = [];
  // By the clock: a late tick makes up for what it missed.
  for (let elapsed = 0; elapsed < milliseconds; elapsed = performance.now() - began) {
    const due = Math.floor((elapsed * perSecond) / 1000);
    while (all.length < due) {
      all.push(arrive(all.length));
    }
    await delay(2);
  }
  await Promise.all(all);
  await pool.close();
  return {
    faults,
    answers: Object.fromEntries(
      [...times].map(([answer, values]) => [
        answer,
        {
          count: values.length,
          p50Ms: quantile(values, 0.5),
          p99Ms: quantile(values, 0.99),
          maxMs: quantile(values, 1),
        },
      ]),
    ),
  };
}

function workOn(job: LoadJob | ArrivalJob | RudeJob): Promise<LoadResult | ArrivalResult | RudeResult> {
  if ('hangUps' in job) {
    return beRude(job);
  }
  return 'arrivals' in job ? runArrivals(job) : run(job);
}

process.on('message', (job: LoadJob | ArrivalJob | RudeJob) => {
  workOn(job).then(
    (value) => process.send?.(value),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
