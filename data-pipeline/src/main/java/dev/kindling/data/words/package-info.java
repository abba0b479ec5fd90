/** The words of texts as hashes, and the hashes of runs of words. */
package dev.kindling.data.words;
