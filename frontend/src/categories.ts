/** Rules of the category checklist: a group stands for all its subcategories; none means all. */

import type { Category } from "./types";

/** Whether a category is chosen, itself or through its group. */
export function isChosen(chosen: string[], category: Category): boolean {
  return chosen.includes(category.slug) || chosen.includes(category.group);
}

/** Subcategories of a group. */
export function membersOf(group: string, all: Category[]): Category[] {
  return all.filter((category) => category.group === group && category.slug !== group);
}

/** The choice after a click on one category. */
export function toggleCategory(chosen: string[], category: Category, all: Category[]): string[] {
  const members = membersOf(category.group, all).map(({ slug }) => slug);
  const others = chosen.filter((slug) => slug !== category.group && !members.includes(slug));
  if (category.slug === category.group)
    return chosen.includes(category.slug) ? others : [...others, category.slug];
  const before = chosen.includes(category.group) ? members : members.filter((slug) => chosen.includes(slug));
  const after = before.includes(category.slug)
    ? before.filter((slug) => slug !== category.slug)
    : [...before, category.slug];
  return after.length === members.length ? [...others, category.group] : [...others, ...after];
}
