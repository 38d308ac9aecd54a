/** What every input of a form is given. */
import { createContext, useContext } from 'react';
import type { Field, Json } from '../../../../core/admin/spec';

export interface InputProps<F extends Field = Field> {
  field: F;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
  /** Where it stands in the form: `skills[2].skill`. */
  path: string;
}

export interface FormState {
  /** What is wrong at a path, itself or inside. */
  wrong: (path: string, inside?: boolean) => string | undefined;
  readOnly: boolean;
  /** The row is there already: what never changes cannot be written. */
  made: boolean;
}

export const FormContext = createContext<FormState>({ wrong: () => undefined, readOnly: false, made: false });
export const useForm = (): FormState => useContext(FormContext);
