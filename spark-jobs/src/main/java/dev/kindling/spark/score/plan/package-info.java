/** What is asked of which model: the values that travel from the command to every task. */
package dev.kindling.spark.score.plan;
