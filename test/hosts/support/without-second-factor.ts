/**
 * Undoes, in a source file, what adding the second factor did: it drops the lines between
 * `#region second factor` and `#endregion`, and brings back those that stand behind `#before` in them.
 */
export function withoutSecondFactor(source: string): string {
  return source.replaceAll(
    /^.*#region second factor\n([\s\S]*?)^.*#endregion.*\n/gm,
    (_, region: string) => region.match(/(?<=#before ).*\n/g)?.join('') ?? '',
  );
}
