/** Where columns of an imported file may go, and a first guess from their names. */

export const TARGETS = [
  'external_id',
  'kind',
  'given_name',
  'family_name',
  'company',
  'language',
  'tier',
  'birthday',
  'notes',
  'phone',
  'email',
  'other',
  'address.street',
  'address.city',
  'address.postal_code',
  'address.region',
  'address.country',
] as const;

const WORDS: Record<string, (typeof TARGETS)[number]> = {
  id: 'external_id',
  customerid: 'external_id',
  customernumber: 'external_id',
  客户编号: 'external_id',
  firstname: 'given_name',
  givenname: 'given_name',
  名: 'given_name',
  lastname: 'family_name',
  surname: 'family_name',
  familyname: 'family_name',
  姓: 'family_name',
  姓名: 'family_name',
  company: 'company',
  organisation: 'company',
  organization: 'company',
  公司: 'company',
  phone: 'phone',
  telephone: 'phone',
  mobile: 'phone',
  phonenumber: 'phone',
  电话: 'phone',
  手机: 'phone',
  mail: 'email',
  email: 'email',
  emailaddress: 'email',
  邮箱: 'email',
  street: 'address.street',
  address: 'address.street',
  地址: 'address.street',
  city: 'address.city',
  town: 'address.city',
  城市: 'address.city',
  zip: 'address.postal_code',
  postcode: 'address.postal_code',
  postalcode: 'address.postal_code',
  邮编: 'address.postal_code',
  state: 'address.region',
  region: 'address.region',
  country: 'address.country',
  国家: 'address.country',
  dateofbirth: 'birthday',
  生日: 'birthday',
  note: 'notes',
  备注: 'notes',
  语言: 'language',
};

/** What a column most likely is, by its name; empty: nothing one would bet on. */
export function guess(column: string): string {
  const word = column
    .toLowerCase()
    .replaceAll(/[\s_\-.]/g, '')
    .replace(/\d+$/, '');
  const same = TARGETS.find((target) => target.replaceAll(/[_.]/g, '') === word);
  return same ?? WORDS[word] ?? '';
}
