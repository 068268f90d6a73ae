package blob

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// location is where a bucket is, as the operator writes it: s3://bucket/prefix?endpoint=…&region=…&credentials=FILE.
type location struct {
	bucket      string
	prefix      string // "" or ending in a slash
	endpoint    string // host:port
	secure      bool   // TLS
	amazon      bool   // addressed by the bucket's own host name, as AWS wants it
	region      string
	credentials string // a file in the form of ~/.aws/credentials; "" for what the environment says
}

// Rules for the names of buckets: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// prefixName keeps a prefix to what needs no quoting in any store.
var prefixName = regexp.MustCompile(`^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$`)

// parseLocation reads an s3:// URL. It returns an error, a sentence for the operator, for what is missing, unknown or unsafe.
func parseLocation(text string) (location, error) {
	u, err := url.Parse(text)
	if err != nil {
		return location{}, errors.New("the location of blobs is not a URL") // url.Error would repeat it with what may be a secret
	}
	if u.Scheme != "s3" {
		return location{}, fmt.Errorf("blobs lie in a folder or at s3://bucket, not at %s://", u.Scheme)
	}
	if u.User != nil {
		return location{}, errors.New("credentials do not belong into the location of blobs, where others see them: " + whereCredentials)
	}
	l := location{bucket: u.Host, prefix: strings.Trim(u.Path, "/"), secure: true}
	if !bucketName.MatchString(l.bucket) {
		return location{}, fmt.Errorf("%q is not the name of a bucket: 3 to 63 lower-case letters, digits, hyphens and dots", l.bucket)
	}
	if l.prefix != "" {
		if !prefixName.MatchString(l.prefix) || strings.Contains("/"+l.prefix+"/", "/../") || strings.Contains("/"+l.prefix+"/", "/./") {
			return location{}, fmt.Errorf("%q cannot stand before the names in a bucket: letters, digits, hyphens, dots and slashes can", l.prefix)
		}
		l.prefix += "/"
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return location{}, errors.New("what follows ? in the location of blobs cannot be read")
	}
	endpoint := ""
	for name, values := range query {
		into, known := map[string]*string{"endpoint": &endpoint, "region": &l.region, "credentials": &l.credentials}[name]
		if !known {
			return location{}, fmt.Errorf("the location of blobs knows endpoint, region and credentials, not %q", name)
		}
		*into = values[len(values)-1]
	}
	if endpoint == "" {
		return l.onAmazon()
	}
	return l.at(endpoint)
}

const whereCredentials = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a file like ~/.aws/credentials by credentials=FILE"

func (l location) onAmazon() (location, error) {
	if l.region == "" {
		return location{}, errors.New("say where the bucket is: region=eu-north-1 for one at AWS, endpoint=https://host for any other")
	}
	if !regionName.MatchString(l.region) {
		return location{}, fmt.Errorf("%q is not a region", l.region)
	}
	l.endpoint, l.amazon = "s3."+l.region+".amazonaws.com", true
	return l, nil
}

var regionName = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// at takes an endpoint, https://host:port; https:// may be left out.
func (l location) at(endpoint string) (location, error) {
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return location{}, errors.New("the endpoint of the store is https://host or https://host:port and nothing more")
	}
	switch u.Scheme {
	case "https":
	case "http":
		if !loopback(u.Hostname()) {
			return location{}, fmt.Errorf("the store at %s must be spoken to by TLS (https://): http:// is for this machine alone", u.Host)
		}
		l.secure = false
	default:
		return location{}, fmt.Errorf("the store at %s is spoken to by https://, not %s://", u.Host, u.Scheme)
	}
	l.endpoint = u.Host
	l.amazon = strings.HasSuffix(u.Hostname(), ".amazonaws.com")
	if l.region == "" {
		l.region = "us-east-1" // what stores take that know no regions
	}
	if !regionName.MatchString(l.region) {
		return location{}, fmt.Errorf("%q is not a region", l.region)
	}
	return l, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// String names the place for people.
func (l location) String() string {
	return strings.TrimSuffix("s3://"+l.bucket+"/"+l.prefix, "/") + " at " + l.endpoint
}
