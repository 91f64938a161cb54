// Loaded before the server in test processes only (`node --import`): it moves `Date`, so that the server
// itself needs no hook for tests. The test says over IPC what time it is; an answer says it is done.

const RealDate = Date;
let clock = JSON.parse(process.env['TEST_CLOCK'] ?? '{"offsetMs":0}');

const now = () => clock.frozenAt ?? RealDate.now() + clock.offsetMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});

process.on('message', (message) => {
  clock = message.clock;
  process.send?.({ clockSet: message.id });
});
// A test that dies takes its servers along.
process.on('disconnect', () => process.exit(0));
process.channel?.unref();
