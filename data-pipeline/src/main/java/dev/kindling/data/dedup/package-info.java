/** Finding documents that are there more than once. */
package dev.kindling.data.dedup;
