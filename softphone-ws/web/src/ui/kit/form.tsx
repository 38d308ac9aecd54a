import { Alert } from '@mantine/core';
import { Problem } from '../../api/client';
import { useErrorText } from '../hooks/useErrorText';

/** `const wrong = fieldErrors(mutation.error)`, then `<TextInput error={wrong('name')} …/>`: what the server says of a field. */
export function fieldErrors(error: unknown): (field: string) => string | undefined {
  return (field) => (error instanceof Problem ? error.field(field) : undefined);
}

/** Whatever of the error no field of the form shows; `fields` are those that do. */
export function FormError({ error, fields = [] }: { error: unknown; fields?: readonly string[] }) {
  const textOf = useErrorText();
  if (!error) return null;
  const errors = error instanceof Problem ? (error.body.errors ?? []) : [];
  const rest = errors.filter(({ field }) => !fields.includes(field));
  if (errors.length > 0 && rest.length === 0) return null;
  const text =
    rest.length === 0
      ? textOf(error)
      : rest.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('\n');
  return (
    <Alert color="red" role="alert" style={{ whiteSpace: 'pre-line' }}>
      {text}
    </Alert>
  );
}
