// @ts-check
import { repositoryFiles } from '../lib/repo.mjs';

/** The files below a folder of the repository that end so: paths from the root, in order. @param {string} folder @param {string} end */
export function filesIn(folder, end) {
  return repositoryFiles().filter((path) => path.startsWith(`${folder}/`) && path.endsWith(end));
}
