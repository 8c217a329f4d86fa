alter table `test-project`.`dbt_test`.`events`
set options (labels = [('dbt_playbooks_cutover', '90b7626511aaadfcfe1cc57562150660')]);

create snapshot table `test-project`.`dbt_test`.`archive_old`
clone `test-project`.`dbt_test`.`archive`;

create or replace table `test-project`.`dbt_test`.`archive`
copy `test-project`.`dbt_test`.`events`;
