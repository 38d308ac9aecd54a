import { api, body, Problem, type Schemas } from '../../api/client';

export const SESSION = ['session'] as const;

/** Who is signed in; `null`: nobody. */
export async function readSession(): Promise<Schemas['SessionView'] | null> {
  try {
    return await body(api.GET('/api/v1/session'));
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}
