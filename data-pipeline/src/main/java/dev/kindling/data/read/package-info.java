/**
 * Files to records: {@code .txt}, {@code .jsonl}, {@code .html}, {@code .warc} and {@code .parquet}
 * on any Hadoop filesystem. Start at {@link dev.kindling.data.read.CorpusReader}. A record is
 * either readable or quarantined with a reason; none is lost, and none stops the job.
 */
package dev.kindling.data.read;
