/** Which parts of the app a role sees. The server decides what may be done; this only spares people doors that are locked. */
import type { components } from '../api/rest';

export type UserRole = components['schemas']['UserRole'];

export const EVERYBODY: readonly UserRole[] = ['agent', 'supervisor', 'admin', 'analyst'];
export const AGENTS: readonly UserRole[] = ['agent', 'supervisor', 'admin'];
export const SUPERVISORS: readonly UserRole[] = ['supervisor', 'admin'];
export const ADMINISTRATORS: readonly UserRole[] = ['admin'];

export function mayEnter(held: readonly UserRole[], allowed: readonly UserRole[]): boolean {
  return held.some((role) => allowed.includes(role));
}
