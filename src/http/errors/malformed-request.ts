import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FieldFault } from 'nestjs-two-factor';
import { type ErrorBody, errorBody } from './error-body.js';
import { ERRORS } from './error-codes.js';

/** What hooks set on every other answer: here none of them runs. */
const HEADERS = {
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
} as const;

/** Answers a request whose URL cannot be decoded: it reaches no route. */
export function answerMalformedUrl(_: Error, { id }: FastifyRequest, reply: FastifyReply): void {
  void reply
    .status(ERRORS.VALIDATION_FAILED.status)
    .headers({ ...HEADERS, 'X-Request-Id': id })
    .send(bodyOf(id, { field: 'url', message: 'is not a valid URL' }));
}

/** Answers what is no HTTP, or does not come in time: there is not even a request, only its connection. */
export function answerMalformedHttp({ code }: { readonly code: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const id = randomUUID();
  const body = JSON.stringify(bodyOf(id, { field: 'request', message: faultOf(code) }));
  const headers = Object.entries({
    ...HEADERS,
    'X-Request-Id': id,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  });
  const { status, error } = ERRORS.VALIDATION_FAILED;
  const lines = [`HTTP/1.1 ${status} ${error}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}

function faultOf(code: string): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 'has headers that are too large';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'has not come in time';
    default:
      return 'is not valid HTTP';
  }
}

function bodyOf(requestId: string, fault: FieldFault): ErrorBody {
  return errorBody('VALIDATION_FAILED', { requestId, details: [fault] });
}
