/** What a peer writes first that has no need to log in. */
export const RAW = 'RAW\n';
