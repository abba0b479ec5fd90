/** Pipeline schedules as data: who runs which micro-batch when, checked before anything runs. */
package dev.kindling.spark.parallel.schedule;
