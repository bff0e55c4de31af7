require ["fileinto", "mailbox"];
# what the filter marked goes to Junk
if header :is "X-Spam" "Yes" {
    fileinto :create "Junk";
    stop;
}
