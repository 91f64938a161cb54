// otplib's parts need packages that are ES modules only: the build puts what is used of them into this file (ADR 0025).
export { generateSecret } from '@otplib/core';
export { ScureBase32Plugin } from '@otplib/plugin-base32-scure';
export { NodeCryptoPlugin } from '@otplib/plugin-crypto-node';
