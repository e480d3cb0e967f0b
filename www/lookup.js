// Tables that are looked into by a name from outside: an address, an attribute, a file.

/**
 * What a table itself holds under a name. `constructor`, `toString` and the other names that every object inherits are no entries of it.
 * @template Entry
 * @param {Readonly<Record<string, Entry>>} table
 * @param {string} name
 * @returns {Entry | undefined}
 */
export function entry(table, name) {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
