export const FIRST_NAMES = [
  ..."Aisha Amélie Ana Andrea Anders Antonio Beatriz Ben Camila Carlos Caroline Chen Chloé".split(
    " ",
  ),
  ..."Daniel Daniela David Elena Emily Emma Fatima Felix Fernanda Gabriel Grace Hannah".split(" "),
  ..."Hiroshi Ingrid Isabel Ivan Jack James Jürgen Julia Kenji Laura Lena Liam Lucas Luís".split(
    " ",
  ),
  ..."Maria Marta Martin Mei Mohammed Nadia Nina Noah Olivia Omar Paul Paula Pedro Priya".split(
    " ",
  ),
  ..."Rachel Rafael Raj Renée Robert Rosa Samuel Sara Siobhán Sofia Søren Stefan Thomas".split(" "),
  ..."Tomasz Valentina Victor Wei William Yuki Zoe".split(" "),
] as const;

export const LAST_NAMES = [
  ..."Almeida Andersson Bauer Becker Brown Carvalho Chen Costa Davies Dubois Edwards".split(" "),
  ..."Fernández Fischer Garcia Gomes Gonçalves Green Gupta Haddad Hansen Hoffmann Hughes".split(
    " ",
  ),
  ..."Ivanova Jackson Jansen Johnson Jones Kaya Keller Khan Kim Kowalski Larsen Laurent".split(" "),
  ..."Lee Lima Lopez Martin Mendes Meyer Miller Moreau Morgan Müller Murphy Nakamura Nguyen".split(
    " ",
  ),
  ..."Nielsen Novak O'Brien Okafor Oliveira Ortiz Patel Pereira Petrov Ribeiro Richter Rossi".split(
    " ",
  ),
  ..."Santos Sato Schmidt Schneider Silva Singh Smith Souza Suzuki Tanaka Taylor Thompson".split(
    " ",
  ),
  ..."Torres Vargas Wagner Walker Weber Williams Wilson Wójcik Wong Yamamoto Yilmaz".split(" "),
] as const;

const COMPANY_FIRSTS =
  "Alder Amber Apex Aster Beacon Birch Cedar Cobalt Coral Delta Ember Falcon Fern Granite Harbor Ivory Juniper Kestrel Lumen Maple Meridian Nimbus Oak Orchid Pioneer Quartz Raven Sable Summit Tidal Umber Vertex Willow Zephyr".split(
    " ",
  );
const COMPANY_SECONDS = ["Logistics", "Health", "Foods", "Robotics", "Energy", "Textiles"] as const;

/** As many different company names as there are pairs. */
export const COMPANY_NAMES = COMPANY_SECONDS.flatMap((second, shift) =>
  COMPANY_FIRSTS.map((_, index) => {
    const first = COMPANY_FIRSTS.at((index + shift * 5) % COMPANY_FIRSTS.length);
    return `${first} ${second}`;
  }),
);

export const LEGAL_FORMS = ["Inc.", "Ltd", "GmbH", "S.A.", "LLC", "B.V."] as const;

export const JOB_TITLES = [
  "Chief Financial Officer",
  "Chief Operating Officer",
  "Director of Operations",
  "Head of IT",
  "Head of Procurement",
  "Marketing Manager",
  "Operations Manager",
  "Plant Manager",
  "Procurement Specialist",
  "Project Manager",
  "Sales Operations Analyst",
  "Software Architect",
  "Supply Chain Analyst",
  "VP Engineering",
  "VP Sales",
] as const;

/** A traffic source as HubSpot names it, with the two details that go with it. */
export const SOURCES = [
  ["ORGANIC_SEARCH", "GOOGLE", "Unknown keywords (SSL)"],
  ["ORGANIC_SEARCH", "BING", "crm reconciliation"],
  ["ORGANIC_SEARCH", "GOOGLE", "Unknown keywords (SSL)"],
  ["PAID_SEARCH", "Brand - Search", "brightforge pricing"],
  ["PAID_SEARCH", "Category - Search", "factory planning software"],
  ["PAID_SOCIAL", "LinkedIn", "Operations leaders"],
  ["SOCIAL_MEDIA", "LinkedIn", "Page post"],
  ["EMAIL_MARKETING", "Monthly newsletter", "Read more"],
  ["REFERRALS", "reviews.example", "/planning-software/brightforge"],
  ["DIRECT_TRAFFIC", "brightforge.example/", null],
  ["DIRECT_TRAFFIC", "brightforge.example/pricing", null],
  ["OTHER_CAMPAIGNS", "partner-webinar", "co-marketing"],
  ["OFFLINE", "IMPORT", "Trade fair badge scans"],
  [null, null, null],
] as const;

export const PRODUCTS = ["Planner", "Planner Pro", "Shopfloor", "Analytics", "Rollout"] as const;

export const CAMPAIGN_NAMES = [
  ["Webinar", "Planning without spreadsheets"],
  ["Trade Show", "Makers Fair"],
  ["Email", "Product newsletter"],
  ["Advertisement", "Category search ads"],
  ["Conference", "Operations Summit"],
  ["Referral Program", "Customers recommend"],
] as const;
