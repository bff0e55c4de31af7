CREATE DATABASE IF NOT EXISTS `mailstead` CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS 'mailstead'@'%' IDENTIFIED BY 'not-made-yet';
ALTER USER 'mailstead'@'%' IDENTIFIED BY 'not-made-yet';
GRANT ALL PRIVILEGES ON *.* TO 'mailstead'@'%' WITH GRANT OPTION;
CREATE USER IF NOT EXISTS 'dovecot'@'%' IDENTIFIED BY 'not-made-yet';
ALTER USER 'dovecot'@'%' IDENTIFIED BY 'not-made-yet';
CREATE USER IF NOT EXISTS 'postfix'@'%' IDENTIFIED BY 'not-made-yet';
ALTER USER 'postfix'@'%' IDENTIFIED BY 'not-made-yet';
