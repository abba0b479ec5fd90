/** Where the time of a run goes, round by round and task by task. */
package dev.kindling.spark.train.timeline;
