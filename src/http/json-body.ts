import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { FieldFault } from 'nestjs-two-factor';
import { ApiException } from './errors/api.exception.js';

/** `application/json`, and what is built on it (RFC 6839 §3.1). */
const JSON_TYPE = /^application\/(?:.+\+)?json$/;
/** Deeper than any request is, and far from what overflows the stack of those who walk through it. */
const DEEPEST_LEVEL = 4;
/** More than any request has: an answer that told of every unknown field would be many times the request. */
const MOST_FIELDS = 16;
const LONGEST_NAME = 64;

/**
 * Reads every body as a JSON object. No body at all counts as an empty one, whatever type is said of it: Ruby's
 * Net::HTTP, `curl -d ''` and many others call nothing a form. A body that is there and is not JSON is refused.
 */
export function readJsonBodies(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.addHook('onRequest', ({ raw: { headers } }, _reply, done) => {
    if (announcesNoBody(headers)) {
      // Fastify refuses a malformed type before it looks whether there is a body.
      delete headers['content-type'];
    }
    done();
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // That there is no such path is the first thing to say.
    if (request.is404 || body.length === 0) {
      done(null, {});
      return;
    }
    if (!JSON_TYPE.test(request.mediaType ?? '')) {
      done(new ApiException('UNSUPPORTED_MEDIA_TYPE'));
      return;
    }
    const text = decodeUtf8(body);
    if (text === undefined) {
      done(invalidBody({ field: 'body', message: 'is not UTF-8' }));
      return;
    }
    if (text.trim() === '') {
      done(null, {});
      return;
    }
    void parseJson(request, text, (error, value) => {
      const fault = error === null ? bodyFault(value) : { field: 'body', message: 'is not valid JSON' };
      done(fault === undefined ? null : invalidBody(fault), value);
    });
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    request.body ??= {};
    done();
  });
}

/** RFC 9112 §6.3: neither a length nor chunks, or a length of nothing. */
function announcesNoBody(headers: IncomingHttpHeaders): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] === undefined && (length === undefined || Number(length) === 0);
}

function decodeUtf8(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function invalidBody(fault: FieldFault): ApiException {
  return new ApiException('VALIDATION_FAILED', { details: [fault] });
}

/** What is wrong with a body that is JSON, whatever its route. Its fields are the matter of the validation pipe. */
function bodyFault(body: unknown): FieldFault | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { field: 'body', message: 'must be an object' };
  }
  const names = Object.keys(body);
  if (names.length > MOST_FIELDS) {
    return { field: 'body', message: `has more than ${MOST_FIELDS} fields` };
  }
  if (names.some(({ length }) => length > LONGEST_NAME)) {
    return { field: 'body', message: `has a field with a name of more than ${LONGEST_NAME} characters` };
  }
  const inherited = names.find(isInherited);
  if (inherited !== undefined) {
    return { field: inherited, message: `property ${inherited} should not exist` };
  }
  return isDeeper(body, DEEPEST_LEVEL) ? { field: 'body', message: 'is nested too deeply' } : undefined;
}

/** The pipe leaves such names out without a word, where it refuses every other unknown one. */
function isInherited(name: string): boolean {
  return name in Object.prototype || name === 'prototype';
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
