/** Whether a name matches a pattern in which `*` stands for any number of characters. */
export function matchesName(name: string, pattern: string): boolean {
  return toRegExp(pattern.split('*'), '.*').test(name);
}

/** Whether a path matches a pattern in which `*` stays within a segment and `**` crosses segments. */
export function matchesPath(path: string, pattern: string): boolean {
  const across = pattern.split('**').map((part) => toSource(part.split('*'), '[^/]*'));
  return new RegExp(`^${across.join('.*')}$`, 's').test(path);
}

function toRegExp(literals: readonly string[], wildcard: string): RegExp {
  return new RegExp(`^${toSource(literals, wildcard)}$`, 's');
}

function toSource(literals: readonly string[], wildcard: string): string {
  return literals.map((literal) => literal.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join(wildcard);
}
